package dev.walden.server;

import java.io.IOException;

/**
 * The server said no and will say no again until something is changed: a right, {@code
 * pg_hba.conf}, a setting, a slot, the position asked for. The message says what to change.
 */
public sealed class ServerRefusedException extends IOException
    permits WalRemovedException, MissingWalException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;

  public ServerRefusedException(String message, String sqlState, Throwable cause) {
    super(message, cause);
    this.sqlState = sqlState;
  }

  /** The SQLSTATE of the refusal, {@code 42501} for a missing right, for example. */
  public String sqlState() {
    return sqlState;
  }
}
