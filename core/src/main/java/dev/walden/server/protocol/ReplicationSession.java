package dev.walden.server.protocol;

import dev.walden.server.ServerAddress;
import dev.walden.server.ServerUnavailableException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands and answers on one connection. Notices and parameter changes, which a server may send at
 * any point, are passed over; an error becomes one of the two typed failures, after the server has
 * said that it is ready for the next command. After any other failure the connection is closed,
 * because nobody knows what the next byte means.
 *
 * <p>One thread converses; {@link #close} may be called by any.
 */
final class ReplicationSession implements Closeable {
  private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(10);
  private static final Duration MAX_TICK = Duration.ofSeconds(1);
  private static final long MAX_ROWS_BYTES = 64L << 20;

  private final ServerAddress server;
  private final CapturedSocket socket;
  private final BackendMessageReader reader;
  private final FrontendMessageWriter writer;
  private final Duration answerLimit;
  private volatile boolean ready = true;

  private ReplicationSession(ServerAddress server, CapturedSocket socket) {
    this.server = server;
    this.socket = socket;
    this.answerLimit = server.answerLimit();
    this.reader = new BackendMessageReader(socket.in());
    this.writer = new FrontendMessageWriter(socket, answerLimit);
  }

  /** Connects to the one host of an address and logs in. */
  static ReplicationSession with(ServerAddress host, SocketCapture capture) throws IOException {
    ReplicationSession conversation =
        new ReplicationSession(host, CapturedSocket.of(host, capture));
    try {
      Duration quarter = conversation.answerLimit.dividedBy(4);
      conversation.tick(quarter.compareTo(MAX_TICK) < 0 ? quarter : MAX_TICK);
      return conversation;
    } catch (IOException e) {
      conversation.close();
      throw e;
    }
  }

  ServerAddress server() {
    return server;
  }

  /** How long {@link #poll} waits at most, and how exactly limits are kept. */
  void tick(Duration tick) throws IOException {
    socket.readTimeout(tick);
  }

  /** How long an ordinary answer may take. */
  Duration answerLimit() {
    return answerLimit;
  }

  /** Sends a command. */
  void begin(String command) throws IOException {
    if (!ready) {
      throw new IllegalStateException(
          socket.isClosed() ? "the connection is closed" : "another command is under way");
    }
    ready = false;
    send(writer -> writer.query(command));
  }

  /** Sends a command and reads its rows and its end. */
  List<DataRow> command(String command) throws IOException {
    begin(command);
    return rowsUntilReady(answerLimit);
  }

  /** Reads to the end of a command; its rows. */
  List<DataRow> rowsUntilReady(Duration limit) throws IOException {
    List<DataRow> rows = new ArrayList<>();
    long bytes = 0;
    while (await(limit) != BackendMessage.READY_FOR_QUERY) {
      switch (type()) {
        case BackendMessage.DATA_ROW -> bytes = add(rows, bytes);
        case BackendMessage.ROW_DESCRIPTION, BackendMessage.COMMAND_COMPLETE -> {}
        default -> throw unexpected("the end of a command");
      }
    }
    return rows;
  }

  /** Reads one result set of a command that has more to say. */
  List<DataRow> rows(Duration limit) throws IOException {
    expect(BackendMessage.ROW_DESCRIPTION, limit);
    List<DataRow> rows = new ArrayList<>();
    long bytes = 0;
    while (await(limit) == BackendMessage.DATA_ROW) {
      bytes = add(rows, bytes);
    }
    if (type() != BackendMessage.COMMAND_COMPLETE) {
      throw unexpected("the end of a result");
    }
    return rows;
  }

  private long add(List<DataRow> rows, long bytes) throws IOException {
    ByteBuffer body = reader.body();
    long total = bytes + body.remaining();
    if (total > MAX_ROWS_BYTES) {
      throw broken(new ProtocolException("a result of more than " + MAX_ROWS_BYTES + " bytes"));
    }
    try {
      rows.add(DataRow.parse(body));
    } catch (ProtocolException e) {
      throw broken(e);
    }
    return total;
  }

  /** Reads a message that must be of this type. */
  void expect(char type, Duration limit) throws IOException {
    if (await(limit) != type) {
      throw unexpected("a message of type '" + type + "'");
    }
  }

  /**
   * Reads the next message, whatever it is; its type.
   *
   * @throws InterruptedIOException if the thread is interrupted, which is noticed within a tick;
   *     the connection is then closed
   */
  char await(Duration limit) throws IOException {
    long start = System.nanoTime();
    checkInterrupted();
    while (!poll()) {
      checkInterrupted();
      if (System.nanoTime() - start > limit.toNanos()) {
        close();
        throw ServerExceptions.silent(limit, server);
      }
    }
    return type();
  }

  private void checkInterrupted() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      close();
      throw new InterruptedIOException("interrupted while waiting for " + server);
    }
  }

  /** Reads the next message if a whole one comes within the tick; whether it did. */
  boolean poll() throws IOException {
    if (!read()) {
      return false;
    }
    switch (reader.type()) {
      case BackendMessage.NOTICE_RESPONSE,
      BackendMessage.PARAMETER_STATUS,
      BackendMessage.NOTIFICATION_RESPONSE:
        return false;
      case BackendMessage.ERROR_RESPONSE:
        throw error();
      case BackendMessage.READY_FOR_QUERY:
        ready = true;
        return true;
      default:
        return true;
    }
  }

  private boolean read() throws IOException {
    try {
      return reader.read();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private IOException error() {
    ServerError error = ServerError.parse(reader.body());
    IOException failure = ServerExceptions.of(error, server);
    try {
      if (error.isFatal()) {
        close();
      } else {
        awaitReadyAfterError();
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private void awaitReadyAfterError() throws IOException {
    long start = System.nanoTime();
    while (!(read() && reader.type() == BackendMessage.READY_FOR_QUERY)) {
      if (System.nanoTime() - start > RECOVERY_LIMIT.toNanos()) {
        close();
        throw ServerExceptions.silent(RECOVERY_LIMIT, server);
      }
    }
    ready = true;
  }

  /** Whether more has arrived, if only a part of a message. */
  boolean hasMore() throws IOException {
    try {
      return reader.hasMore();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** The type of the message last read. */
  char type() {
    return reader.type();
  }

  /** The body of the message last read: valid until the next. */
  ByteBuffer body() {
    return reader.body();
  }

  /** Writes a message; the connection is lost if that fails. */
  void send(Writing message) throws IOException {
    try {
      message.to(writer);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** One message to write. */
  interface Writing {
    void to(FrontendMessageWriter writer) throws IOException;
  }

  /** Whether the next command can be sent. */
  boolean isReady() {
    return ready && !socket.isClosed();
  }

  /** What came is not what must come: closes the connection. */
  ServerUnavailableException unexpected(String expected) {
    return broken(
        new ProtocolException(
            String.format("a message of type %d instead of %s", (int) type(), expected)));
  }

  /** Closes the connection; the failure to throw. */
  ServerUnavailableException broken(IOException cause) {
    boolean closedHere = socket.isClosed();
    close();
    return cause instanceof ProtocolException
        ? ServerExceptions.protocol(cause.getMessage(), server)
        : ServerExceptions.lost(cause, closedHere, server);
  }

  @Override
  public void close() {
    if (isReady()) {
      try {
        writer.terminate();
      } catch (IOException e) {
        // only a courtesy: the connection is closed all the same
      }
    }
    ready = false;
    socket.close();
  }
}
