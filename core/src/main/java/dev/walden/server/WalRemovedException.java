package dev.walden.server;

/**
 * The server no longer has the WAL that was asked for: a checkpoint has removed or recycled it, and
 * no replication slot kept it. What it means for the archive, {@link MissingWalException} tells.
 */
public final class WalRemovedException extends ServerRefusedException {
  private static final long serialVersionUID = 1L;

  public WalRemovedException(String message, String sqlState, Throwable cause) {
    super(message, sqlState, cause);
  }
}
