package dev.walden.server;

import org.jspecify.annotations.Nullable;

/** The server has invalidated the replication slot, which it lets nobody use again. */
public final class SlotInvalidatedException extends ServerRefusedException {
  private static final long serialVersionUID = 1L;

  public SlotInvalidatedException(String message, String sqlState, @Nullable Throwable cause) {
    super(message, sqlState, cause);
  }
}
