package dev.walden;

/**
 * The object is <em>proven</em> absent: the storage answered that it does not hold it. Never thrown
 * if the storage did not answer; that is {@link StorageUnavailableException}.
 */
public final class NotArchivedException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  public NotArchivedException(String message) {
    super(message);
  }

  public NotArchivedException(String message, Throwable cause) {
    super(message, cause);
  }
}
