package dev.walden.server.protocol;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Captures the sockets that PgJDBC opens for one connection. The driver may open several, one per
 * host and one per attempt with or without TLS; the connection uses the last pair.
 *
 * <p>The driver instantiates the socket factories by class name and passes them only strings.
 * Therefore the connection properties carry an id, which a static map resolves; an entry exists
 * only while its connection is being made.
 *
 * <p>{@link #close}, by any thread, abandons the connection in any state: the driver may continue
 * to try for a while in its own thread, but gets no more sockets.
 */
final class SocketCapture implements Closeable {
  /** The connection property that carries the id. */
  static final String PROPERTY = "walden.capture";

  private static final Map<String, SocketCapture> UNDER_WAY = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();

  @SuppressWarnings("NullAway.Init") // the driver opens one, or fails
  private Socket tcp;

  private @Nullable Socket tls;
  private boolean closed;
  private Optional<SSLContext> context = Optional.empty();

  /** Starts capturing the sockets opened with these properties. */
  void begin(Properties connectionProperties) {
    UNDER_WAY.put(id, this);
    connectionProperties.setProperty(PROPERTY, id);
  }

  /** Sets the user's own TLS. */
  synchronized void context(Optional<SSLContext> own) {
    context = own;
  }

  synchronized Optional<SSLContext> context() {
    return context;
  }

  /** The capture of a socket factory. */
  static SocketCapture of(Properties connectionProperties) {
    SocketCapture capture = UNDER_WAY.get(connectionProperties.getProperty(PROPERTY, ""));
    if (capture == null) {
      throw new IllegalStateException("this connection was abandoned");
    }
    return capture;
  }

  /** Stops capturing; sockets that the driver opens later are its own. */
  void end() {
    UNDER_WAY.remove(id);
  }

  synchronized void opened(Socket socket) throws IOException {
    if (closed) {
      socket.close();
      throw new SocketException("this connection was abandoned");
    }
    tcp = socket;
    tls = null;
  }

  synchronized void wrapped(Socket socket) {
    tls = socket;
  }

  /** The TCP socket; closing it ends every read and write, including those of TLS. */
  synchronized Socket tcp() {
    return tcp;
  }

  /** The socket for reading and writing: TLS if the connection uses it. */
  synchronized Socket talking() {
    return tls != null ? tls : tcp;
  }

  @Override
  public void close() {
    end();
    Socket open;
    synchronized (this) {
      closed = true;
      open = tcp;
    }
    CapturedSocket.closeQuietly(open);
  }
}
