package dev.walden.server.protocol;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;
import javax.net.SocketFactory;
import org.postgresql.PGProperty;
import org.postgresql.core.SocketFactoryFactory;
import org.postgresql.util.PSQLException;

/**
 * Public only because PgJDBC instantiates it by name. Opens the sockets of a replication
 * connection, with the user's own {@code socketFactory} if there is one, and captures them.
 */
public final class CapturingSocketFactory extends SocketFactory {
  /** The connection property that keeps the user's own {@code socketFactory}. */
  static final String USERS_OWN = "walden.socketFactory";

  private final SocketCapture capture;
  private final SocketFactory sockets;

  /** Called by PgJDBC. */
  public CapturingSocketFactory(Properties properties) throws PSQLException {
    capture = SocketCapture.of(properties);
    sockets =
        SocketFactoryFactory.getSocketFactory(
            restored(properties, PGProperty.SOCKET_FACTORY, USERS_OWN));
  }

  /** The user's properties, with {@code property} restored from {@code kept}. */
  static Properties restored(Properties properties, PGProperty property, String kept) {
    Properties users = new Properties();
    for (String name : properties.stringPropertyNames()) {
      users.setProperty(name, properties.getProperty(name));
    }
    property.set(users, users.getProperty(kept));
    return users;
  }

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = sockets.createSocket();
    capture.opened(socket);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return sockets.createSocket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return sockets.createSocket(host, port, localHost, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return sockets.createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return sockets.createSocket(host, port, localHost, localPort);
  }
}
