package dev.walden.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The server is unreachable, or cannot serve the request now: connection refused, starting up,
 * shutting down, out of connections, slot in use, no answer, or connection lost. The same call may
 * succeed later. Nothing follows about what the server holds.
 */
public final class ServerUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;

  public ServerUnavailableException(String message, String sqlState, @Nullable Throwable cause) {
    super(message, cause);
    this.sqlState = sqlState;
  }

  /**
   * The server's SQLSTATE, or one of class 08 if no server answered: {@code 08001} not connected,
   * {@code 08006} connection lost, {@code 08P01} not PostgreSQL's protocol.
   */
  public String sqlState() {
    return sqlState;
  }
}
