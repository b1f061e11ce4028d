package dev.walden.server.protocol;

/**
 * The first byte of each message of a walsender, its type.
 *
 * <p>Source: the manual's "Message Formats"; {@code src/include/libpq/protocol.h}.
 */
final class BackendMessage {
  static final char COMMAND_COMPLETE = 'C';
  static final char COPY_BOTH_RESPONSE = 'W';
  static final char COPY_DATA = 'd';
  static final char COPY_DONE = 'c';
  static final char COPY_OUT_RESPONSE = 'H';
  static final char DATA_ROW = 'D';
  static final char ERROR_RESPONSE = 'E';
  static final char NOTICE_RESPONSE = 'N';
  static final char NOTIFICATION_RESPONSE = 'A';
  static final char PARAMETER_STATUS = 'S';
  static final char READY_FOR_QUERY = 'Z';
  static final char ROW_DESCRIPTION = 'T';

  private BackendMessage() {}
}
