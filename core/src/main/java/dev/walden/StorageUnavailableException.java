package dev.walden;

/**
 * The storage could not do what was asked, or could not tell: unreachable, full, permission denied,
 * timed out. Nothing follows about what it holds. Try again later, or mend the storage.
 */
public final class StorageUnavailableException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  public StorageUnavailableException(String message) {
    super(message);
  }

  public StorageUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
