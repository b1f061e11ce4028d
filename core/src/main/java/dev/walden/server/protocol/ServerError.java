package dev.walden.server.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.postgresql.util.ServerErrorMessage;

/**
 * The relevant fields of an ErrorResponse or a NoticeResponse; empty if the server sent none.
 *
 * <p>Source: {@code src/backend/utils/error/elog.c}, {@code send_message_to_frontend}; the manual's
 * "Error and Notice Message Fields".
 *
 * @param severity ERROR, FATAL, PANIC, WARNING, NOTICE or lower, not localized
 * @param sqlState the five characters of the SQLSTATE
 * @param message may be in the server's language
 * @param detail may be in the server's language
 * @param routine the C function that raised it; not localized
 */
record ServerError(
    String severity, String sqlState, String message, String detail, String routine) {
  private static final int MAX_TEXT = 2000;

  // the manual's "Error and Notice Message Fields"
  private static final char LOCALIZED_SEVERITY = 'S';
  private static final char SEVERITY = 'V';
  private static final char SQLSTATE = 'C';
  private static final char MESSAGE = 'M';
  private static final char DETAIL = 'D';
  private static final char ROUTINE = 'R';

  /** Reads the body of an ErrorResponse or a NoticeResponse; unreadable fields are empty. */
  static ServerError parse(ByteBuffer body) {
    String[] fields = new String[128];
    while (body.hasRemaining()) {
      byte field = body.get();
      if (field == 0) {
        break;
      }
      String text = zeroTerminated(body);
      if (field > 0) {
        fields[field] = text;
      }
    }
    return new ServerError(
        text(fields[SEVERITY] != null ? fields[SEVERITY] : fields[LOCALIZED_SEVERITY]),
        text(fields[SQLSTATE]),
        text(fields[MESSAGE]),
        text(fields[DETAIL]),
        text(fields[ROUTINE]));
  }

  /** From PgJDBC's form. */
  static ServerError of(ServerErrorMessage error) {
    return new ServerError(
        text(error.getSeverity()),
        text(error.getSQLState()),
        text(error.getMessage()),
        text(error.getDetail()),
        text(error.getRoutine()));
  }

  /**
   * Whether a requested WAL segment was removed. The SQLSTATE of {@code CheckXLogRemoved} is
   * arbitrary: it derives from a stale {@code errno}.
   */
  boolean isWalRemoved() {
    return routine.equals("CheckXLogRemoved")
        || routine.equals("WalSndSegmentOpen") && sqlState.equals("58P01");
  }

  /** Whether the server ends the connection after this error. */
  boolean isFatal() {
    return !severity.equals("ERROR");
  }

  private static String text(String field) {
    if (field == null) {
      return "";
    }
    return field.length() <= MAX_TEXT ? field : field.substring(0, MAX_TEXT) + "…";
  }

  private static String zeroTerminated(ByteBuffer body) {
    int start = body.position();
    while (body.hasRemaining()) {
      if (body.get() == 0) {
        return utf8(body, start, body.position() - 1);
      }
    }
    return utf8(body, start, body.limit());
  }

  private static String utf8(ByteBuffer body, int from, int to) {
    byte[] bytes = new byte[to - from];
    body.get(from, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
