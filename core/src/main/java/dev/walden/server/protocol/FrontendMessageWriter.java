package dev.walden.server.protocol;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimestampTz;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * Writes the messages of a walsender's client. Safe for use by several threads; each message is
 * written whole.
 *
 * <p>Source: the manual's "Message Formats" and "Streaming Replication Protocol".
 */
final class FrontendMessageWriter {
  private static final byte QUERY = 'Q';
  private static final byte COPY_DATA = 'd';
  private static final byte COPY_DONE = 'c';
  private static final byte TERMINATE = 'X';
  private static final byte STANDBY_STATUS_UPDATE = 'r';
  private static final Duration PARTING_LIMIT = Duration.ofMillis(200);

  private final CapturedSocket socket;
  private final Duration limit;

  /**
   * @param limit how long the peer may block a message by not reading
   */
  FrontendMessageWriter(CapturedSocket socket, Duration limit) {
    this.socket = socket;
    this.limit = limit;
  }

  void query(String command) throws IOException {
    byte[] text = command.getBytes(StandardCharsets.UTF_8);
    ByteBuffer message = ByteBuffer.allocate(text.length + 6);
    message.put(QUERY).putInt(text.length + 5).put(text).put((byte) 0);
    send(message, limit);
  }

  void copyDone() throws IOException {
    send(ByteBuffer.allocate(5).put(COPY_DONE).putInt(4), limit);
  }

  /** A standby status update. */
  void status(Lsn written, Lsn flushed, Lsn applied, Instant now, boolean replyRequested)
      throws IOException {
    ByteBuffer message = ByteBuffer.allocate(39);
    message.put(COPY_DATA).putInt(38).put(STANDBY_STATUS_UPDATE);
    message.putLong(written.value()).putLong(flushed.value()).putLong(applied.value());
    message.putLong(TimestampTz.of(now)).put((byte) (replyRequested ? 1 : 0));
    send(message, limit);
  }

  /** Announces the end of the connection, so that the server does not log its loss. */
  void terminate() throws IOException {
    send(ByteBuffer.allocate(5).put(TERMINATE).putInt(4), PARTING_LIMIT);
  }

  private void send(ByteBuffer message, Duration longest) throws IOException {
    socket.write(message.array(), message.position(), longest);
  }
}
