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
import java.util.function.Consumer;

/**
 * Commands and answers on one connection. Parameter changes, which a server may send at any point,
 * are ignored, and so are notices, unless someone {@linkplain #notices listens}. An error becomes
 * one of the two typed failures, once the server is ready for the next command. Any other failure
 * closes the connection, because the meaning of the next byte is unknown.
 *
 * <p>For use by one thread, except {@link #close}.
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
  private Consumer<ServerError> notices = notice -> {};

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

  /** The longest wait of {@link #poll}, and the precision of limits. */
  void tick(Duration tick) throws IOException {
    socket.readTimeout(tick);
  }

  /** The time limit of an ordinary answer. */
  Duration answerLimit() {
    return answerLimit;
  }

  /** Sends a command. */
  void begin(String command) throws IOException {
    if (!ready) {
      throw new IllegalStateException(
          socket.isClosed() ? "the connection is closed" : "another command is in progress");
    }
    ready = false;
    send(writer -> writer.query(command));
  }

  /** Who hears of the server's notices and warnings from now on, in the reading thread. */
  void notices(Consumer<ServerError> listener) {
    notices = listener;
  }

  /** Sends a command and reads its rows up to its end. */
  List<DataRow> command(String command) throws IOException {
    begin(command);
    return rowsUntilReady(answerLimit);
  }

  /** Reads the rows of a command up to its end. */
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

  /** Reads one result set of a command that has more. */
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

  /** Reads a message, which must have this type. */
  void expect(char type, Duration limit) throws IOException {
    if (await(limit) != type) {
      throw unexpected("a message of type '" + type + "'");
    }
  }

  /**
   * Reads the next message and returns its type.
   *
   * @throws InterruptedIOException if the thread is interrupted, which takes effect within a tick
   *     and closes the connection
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

  /** Reads the next message, if a whole one arrives within the tick; false if not. */
  boolean poll() throws IOException {
    if (!read()) {
      return false;
    }
    switch (reader.type()) {
      case BackendMessage.NOTICE_RESPONSE:
        notices.accept(ServerError.parse(reader.body()));
        return false;
      case BackendMessage.PARAMETER_STATUS, BackendMessage.NOTIFICATION_RESPONSE:
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

  /** Whether more, maybe only a part of a message, has arrived. */
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

  /** Writes a message; a failure ends the connection. */
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

  /** Closes the connection because of an unexpected message; returns the failure to throw. */
  ServerUnavailableException unexpected(String expected) {
    return broken(
        new ProtocolException(
            String.format("expected %s, received a message of type %d", expected, (int) type())));
  }

  /** Closes the connection; returns the failure to throw. */
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
        // only a courtesy: the connection is closed anyway
      }
    }
    ready = false;
    socket.close();
  }
}
