package dev.walden;

import org.jspecify.annotations.Nullable;

/**
 * The storage could not do what was requested, or the outcome is unknown: it is unreachable or
 * full, denied permission, or timed out. Nothing follows about what it holds. Retry later, or
 * repair the storage.
 */
public final class StorageUnavailableException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  public StorageUnavailableException(String message) {
    super(message);
  }

  public StorageUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
