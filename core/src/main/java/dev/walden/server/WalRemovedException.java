package dev.walden.server;

import org.jspecify.annotations.Nullable;

/**
 * The server no longer has the requested WAL: a checkpoint removed or recycled it, and no
 * replication slot retained it. {@link MissingWalException} describes the effect on the archive.
 */
public final class WalRemovedException extends ServerRefusedException {
  private static final long serialVersionUID = 1L;

  public WalRemovedException(String message, String sqlState, @Nullable Throwable cause) {
    super(message, sqlState, cause);
  }
}
