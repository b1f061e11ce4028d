package dev.walden;

/**
 * What was offered belongs to another cluster than the archive is bound to: another system
 * identifier, WAL segment size or PostgreSQL major version.
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
