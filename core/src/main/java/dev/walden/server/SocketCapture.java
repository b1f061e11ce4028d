package dev.walden.server;

import java.net.Socket;
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
 */
final class SocketCapture {
  /** The connection property that carries the id. */
  static final String PROPERTY = "walden.capture";

  private static final Map<String, SocketCapture> UNDER_WAY = new ConcurrentHashMap<>();

  private final String id = UUID.randomUUID().toString();
  private Socket tcp;
  private Socket tls;

  private SocketCapture() {}

  static SocketCapture begin(Properties connectionProperties) {
    SocketCapture capture = new SocketCapture();
    UNDER_WAY.put(capture.id, capture);
    connectionProperties.setProperty(PROPERTY, capture.id);
    return capture;
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

  synchronized void opened(Socket socket) {
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
}
