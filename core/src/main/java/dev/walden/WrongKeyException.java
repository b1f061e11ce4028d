package dev.walden;

/**
 * The object is encrypted, and none of the given keys opens it. The object itself may be sound:
 * retry with the right identity or passphrase. A damaged header can look the same.
 */
public final class WrongKeyException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  public WrongKeyException(String message) {
    super(message);
  }

  public WrongKeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
