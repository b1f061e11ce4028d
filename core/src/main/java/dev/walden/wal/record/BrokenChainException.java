package dev.walden.wal.record;

/** WAL that does not go on in the WAL that was taken for its continuation. */
public final class BrokenChainException extends Exception {
  private static final long serialVersionUID = 1L;

  BrokenChainException(String problem) {
    super(problem);
  }
}
