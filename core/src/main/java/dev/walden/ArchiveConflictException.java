package dev.walden;

/**
 * The archive already holds different content under this name, or WAL that what was offered does
 * not continue. Nothing was overwritten. Usual causes are two servers that both consider themselves
 * the primary, a copy of a server that was never promoted, and two clusters that share an archive.
 * Retrying does not help.
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
