package dev.walden.server;

import java.io.IOException;
import java.util.Objects;

/**
 * The role that logs in, and its password.
 *
 * @param password never shown by {@link #toString}
 */
public record Credentials(String user, String password) {

  public Credentials {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(password, "password");
  }

  /** Tells the credentials that are valid now. Asked by several threads. */
  @FunctionalInterface
  public interface Source {
    /**
     * The credentials for one connection; asked before each.
     *
     * @throws IOException if they are not available now; a receiver tries again
     */
    Credentials now() throws IOException;
  }

  /** The role alone. */
  @Override
  public String toString() {
    return "Credentials[" + user + "]";
  }
}
