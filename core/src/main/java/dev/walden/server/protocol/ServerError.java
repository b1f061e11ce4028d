package dev.walden.server.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.postgresql.util.ServerErrorMessage;

/**
 * What the server says went wrong: the fields of an ErrorResponse that matter here, empty where the
 * server gave none.
 *
 * <p>Source: {@code src/backend/utils/error/elog.c}, {@code send_message_to_frontend}; the manual's
 * "Error and Notice Message Fields".
 *
 * @param severity ERROR, FATAL or PANIC, not localized
 * @param sqlState the five characters of the SQLSTATE
 * @param message may be in the server's language
 * @param detail may be in the server's language
 * @param routine the C function that raised it: not localized
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

  /** Reads the body of an ErrorResponse; whatever cannot be read is left empty. */
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

  /** What PgJDBC has already read. */
  static ServerError of(ServerErrorMessage error) {
    return new ServerError(
        text(error.getSeverity()),
        text(error.getSQLState()),
        text(error.getMessage()),
        text(error.getDetail()),
        text(error.getRoutine()));
  }

  /**
   * Whether a segment of WAL that was asked for is gone. {@code CheckXLogRemoved} gives whatever
   * SQLSTATE a number left over from an earlier call has.
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
