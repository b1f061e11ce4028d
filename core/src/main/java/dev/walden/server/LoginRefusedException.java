package dev.walden.server;

import org.jspecify.annotations.Nullable;

/**
 * The server refused the login: the role, its password or attributes, {@code pg_hba.conf}, a
 * certificate. A receiver that has streamed tries again, since somebody else may be changing these.
 */
public final class LoginRefusedException extends ServerRefusedException {
  private static final long serialVersionUID = 1L;

  public LoginRefusedException(String message, String sqlState, @Nullable Throwable cause) {
    super(message, sqlState, cause);
  }
}
