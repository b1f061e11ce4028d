package dev.walden;

/**
 * The file or server belongs to a different cluster than the archive: another system identifier,
 * WAL segment size or PostgreSQL major version.
 */
public final class WrongClusterException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  public WrongClusterException(String message) {
    super(message);
  }

  public WrongClusterException(String message, Throwable cause) {
    super(message, cause);
  }
}
