package dev.walden.server.protocol;

import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.postgresql.PGProperty;
import org.postgresql.core.SocketFactoryFactory;
import org.postgresql.ssl.WrappedFactory;
import org.postgresql.util.PSQLException;

/**
 * Public only because PgJDBC instantiates it by name. Wraps a connection in TLS with the user's own
 * {@code SSLContext} or {@code sslfactory}, or as PgJDBC does by default ({@code sslmode}, {@code
 * sslrootcert}, {@code sslcert} … keep their meaning), and captures the socket.
 */
public final class CapturingSslFactory extends WrappedFactory {
  /** The connection property that keeps the user's own {@code sslfactory}. */
  static final String USERS_OWN = "walden.sslfactory";

  private final SocketCapture capture;

  /** Called by PgJDBC. */
  public CapturingSslFactory(Properties properties) throws PSQLException {
    capture = SocketCapture.of(properties);
    Optional<SSLContext> own = capture.context();
    factory =
        own.isPresent()
            ? own.get().getSocketFactory()
            : SocketFactoryFactory.getSslSocketFactory(
                CapturingSocketFactory.restored(properties, PGProperty.SSL_FACTORY, USERS_OWN));
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    Socket tls = super.createSocket(socket, host, port, autoClose);
    capture.wrapped(tls);
    return tls;
  }
}
