package dev.walden.server.protocol;

import dev.walden.errors.CauseText;
import dev.walden.server.LoginRefusedException;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.SlotInvalidatedException;
import dev.walden.server.WalRemovedException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.FileSystemException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Converts errors of a server, PgJDBC or a socket into the two failures that callers see. */
final class ServerExceptions {
  private static final String NOT_CONNECTED = "08001";
  private static final String LOST = "08006";
  private static final String PROTOCOL = "08P01";

  /** Causes of a failed login that last until certificates or settings are changed. */
  private static final List<Class<?>> SETTINGS =
      List.of(
          SSLException.class,
          GeneralSecurityException.class,
          FileNotFoundException.class,
          FileSystemException.class,
          ReflectiveOperationException.class);

  /** Causes that can break a TLS handshake despite correct settings. */
  private static final List<Class<?>> NETWORK =
      List.of(SocketException.class, SocketTimeoutException.class, EOFException.class);

  private ServerExceptions() {}

  /** The server answered with an error. */
  static IOException of(ServerError error, ServerAddress server) {
    return of(error, server, server.user(), null);
  }

  private static IOException of(
      ServerError error, ServerAddress server, String role, @Nullable Throwable cause) {
    StringBuilder message = new StringBuilder().append(server).append(": ").append(error.message());
    if (!error.detail().isEmpty()) {
      message.append(" (").append(error.detail()).append(')');
    }
    message.append(" [SQLSTATE ").append(error.sqlState()).append(']');
    ServerErrorAdvice meaning = ServerErrorAdvice.of(error, role);
    if (!meaning.advice().isEmpty()) {
      message.append(": ").append(meaning.advice());
    }
    if (meaning.mayPass()) {
      return new ServerUnavailableException(message.toString(), error.sqlState(), cause);
    }
    if (ServerErrorAdvice.isSlotInvalidated(error)) {
      return new SlotInvalidatedException(message.toString(), error.sqlState(), cause);
    }
    return error.isWalRemoved()
        ? new WalRemovedException(message.toString(), error.sqlState(), cause)
        : new ServerRefusedException(message.toString(), error.sqlState(), cause);
  }

  /** Connecting failed, as this role. */
  static IOException connecting(SQLException failure, ServerAddress server, @Nullable String role) {
    IOException failed = failed(failure, server, role == null ? server.user() : role);
    return failed instanceof ServerRefusedException refused
        ? new LoginRefusedException(refused.getMessage(), refused.sqlState(), refused.getCause())
        : failed;
  }

  private static IOException failed(SQLException failure, ServerAddress server, String role) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof PSQLException) {
        ServerErrorMessage error = ((PSQLException) e).getServerErrorMessage();
        if (error != null) {
          return of(ServerError.of(error), server, role, failure);
        }
      }
    }
    String state = failure.getSQLState() == null ? NOT_CONNECTED : failure.getSQLState();
    String message = "cannot connect to " + server + ": " + CauseText.of(failure);
    if (isCausedBy(failure, SETTINGS) && !isCausedBy(failure, NETWORK)) {
      return new ServerRefusedException(
          message
              + ": check the connection properties (sslmode, sslrootcert …) and the certificates",
          state,
          failure);
    }
    // of PgJDBC's own errors, only class 08 except 08004 (rejected) may be temporary
    return state.startsWith("08") && !state.equals("08004")
        ? new ServerUnavailableException(message, state, failure)
        : new ServerRefusedException(message, state, failure);
  }

  private static boolean isCausedBy(Throwable failure, List<Class<?>> kinds) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      Throwable cause = e;
      if (kinds.stream().anyMatch(kind -> kind.isInstance(cause))) {
        return true;
      }
    }
    return false;
  }

  /** The connection broke, or was closed. */
  static ServerUnavailableException lost(
      IOException cause, boolean closedHere, ServerAddress server) {
    String message =
        closedHere ? "the connection was closed" : "the connection was lost: " + cause.getMessage();
    return new ServerUnavailableException(server + ": " + message, LOST, cause);
  }

  /** The server did not answer in time. */
  static ServerUnavailableException silent(Duration limit, ServerAddress server) {
    return new ServerUnavailableException(
        server + ": no answer within " + limit.toSeconds() + " s", LOST, null);
  }

  /** The server violated the protocol. */
  static ServerUnavailableException protocol(String problem, ServerAddress server) {
    return new ServerUnavailableException(
        server + ": protocol violation: " + problem, PROTOCOL, null);
  }
}
