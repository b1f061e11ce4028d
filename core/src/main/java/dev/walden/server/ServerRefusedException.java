package dev.walden.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The server refused, and will refuse again until something is changed: a privilege, {@code
 * pg_hba.conf}, a setting, a slot, the requested position. The message says what to change.
 */
public sealed class ServerRefusedException extends IOException
    permits LoginRefusedException,
        SlotInvalidatedException,
        WalRemovedException,
        MissingWalException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;

  public ServerRefusedException(String message, String sqlState, @Nullable Throwable cause) {
    super(message, cause);
    this.sqlState = sqlState;
  }

  /** The SQLSTATE of the refusal, such as {@code 42501} for a missing privilege. */
  public String sqlState() {
    return sqlState;
  }
}
