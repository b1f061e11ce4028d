package dev.walden.server;

import java.io.IOException;

/**
 * The server could not be reached, or could not do it now: refused, starting up, shutting down, out
 * of connections, the slot in use, silent, or gone in the middle. The same call may succeed later;
 * nothing follows about what the server holds.
 */
public final class ServerUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;

  public ServerUnavailableException(String message, String sqlState, Throwable cause) {
    super(message, cause);
    this.sqlState = sqlState;
  }

  /**
   * The SQLSTATE the server gave, or where no server answered one of class 08: {@code 08001} not
   * connected, {@code 08006} connection lost, {@code 08P01} not PostgreSQL's protocol.
   */
  public String sqlState() {
    return sqlState;
  }
}
