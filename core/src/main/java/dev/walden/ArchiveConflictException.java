package dev.walden;

/**
 * The archive already holds different content under this name. Nothing was overwritten. Two servers
 * that both believe to be the primary, or two clusters sharing an archive, are the usual causes;
 * trying again does not help.
 */
public final class ArchiveConflictException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  public ArchiveConflictException(String message) {
    super(message);
  }

  public ArchiveConflictException(String message, Throwable cause) {
    super(message, cause);
  }
}
