package dev.walden.server.protocol;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Learns which sockets PgJDBC opens while it makes one connection. The driver may open several, one
 * per host and one per try with or without TLS; the last pair is the connection's.
 *
 * <p>The driver makes the socket factories itself, by class name, and hands them nothing but
 * strings. That is why an id travels in the connection properties and a static map leads back from
 * it; an entry lives only while its connection is being made.
 *
 * <p>{@link #close}, by any thread, gives the connection up, made or not: the driver may try on for
 * a while, in a thread of its own, but gets no socket any more.
 */
final class SocketCapture implements Closeable {
  /** The connection property that carries the id. */
  static final String PROPERTY = "walden.capture";

  private static final Map<String, SocketCapture> UNDER_WAY = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();
  private Socket tcp;
  private Socket tls;
  private boolean closed;

  /** From now on the driver's sockets are taken that these properties lead to. */
  void begin(Properties connectionProperties) {
    UNDER_WAY.put(id, this);
    connectionProperties.setProperty(PROPERTY, id);
  }

  /** The capture a socket factory works for. */
  static SocketCapture of(Properties connectionProperties) {
    SocketCapture capture = UNDER_WAY.get(connectionProperties.getProperty(PROPERTY, ""));
    if (capture == null) {
      throw new IllegalStateException("this connection was given up");
    }
    return capture;
  }

  /** No socket is taken any more; what the driver opens later is its own. */
  void end() {
    UNDER_WAY.remove(id);
  }

  synchronized void opened(Socket socket) throws IOException {
    if (closed) {
      socket.close();
      throw new SocketException("this connection was given up");
    }
    tcp = socket;
    tls = null;
  }

  synchronized void wrapped(Socket socket) {
    tls = socket;
  }

  /** The TCP socket; closing it ends every read and write, also those inside TLS. */
  synchronized Socket tcp() {
    return tcp;
  }

  /** The socket to talk through: TLS if the connection uses it. */
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
