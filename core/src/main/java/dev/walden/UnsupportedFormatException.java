package dev.walden;

/**
 * The bytes may be sound, but this version of Walden does not support their format: they are from a
 * newer Walden or PostgreSQL, or from a PostgreSQL older than 14.
 */
public final class UnsupportedFormatException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  public UnsupportedFormatException(String message) {
    super(message);
  }

  public UnsupportedFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
