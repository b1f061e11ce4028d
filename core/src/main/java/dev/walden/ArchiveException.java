package dev.walden;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An operation on an archive, or on a file that belongs in one, failed. The subclasses differ in
 * what the caller does next. Each message names the object, what was expected and what was found.
 *
 * <p>No message ever contains a key, a passphrase or a password.
 */
public abstract class ArchiveException extends IOException {
  private static final long serialVersionUID = 1L;

  protected ArchiveException(String message) {
    super(message);
  }

  protected ArchiveException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
