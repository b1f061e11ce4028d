package dev.walden.backup;

/**
 * What is to be known about a base backup before it is used: a warning of the server that took it,
 * or what an archiving program found missing. May name paths on the server.
 *
 * @param severity {@code WARNING}, not localized
 * @param sqlState the five characters of the SQLSTATE; empty if it is not the server's warning
 * @param routine the C function that raised it, not localized; empty if it is not the server's
 * @param message may be in the server's language; one line
 */
public record BackupWarning(String severity, String sqlState, String routine, String message) {
  private static final int MAX_NAME = 64;
  private static final int MAX_MESSAGE = 1000;
  private static final String WARNING = "WARNING";

  public BackupWarning {
    check("severity", severity, MAX_NAME);
    check("sqlState", sqlState, MAX_NAME);
    check("routine", routine, MAX_NAME);
    check("message", message, MAX_MESSAGE);
  }

  private static void check(String name, String text, int limit) {
    if (text.length() > limit || text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a warning's "
              + name
              + " must have at most "
              + limit
              + " characters and no control characters");
    }
  }

  /** A server's warning; texts that are too long are cut, control characters replaced. */
  public static BackupWarning ofServer(
      String severity, String sqlState, String routine, String message) {
    return new BackupWarning(
        fitted(severity, MAX_NAME),
        fitted(sqlState, MAX_NAME),
        fitted(routine, MAX_NAME),
        fitted(message, MAX_MESSAGE));
  }

  /** A finding that is not the server's; fitted likewise. */
  public static BackupWarning ofFinding(String message) {
    return ofServer(WARNING, "", "", message);
  }

  /** Whether the server, or who looked, took it for more than a notice. */
  public boolean isWarning() {
    return severity.equals(WARNING);
  }

  private static String fitted(String text, int limit) {
    String line =
        text.codePoints()
            .map(c -> Character.isISOControl(c) ? ' ' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    if (line.length() <= limit) {
      return line;
    }
    int end = limit - 1;
    return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
  }

  /** The message. */
  @Override
  public String toString() {
    return message;
  }
}
