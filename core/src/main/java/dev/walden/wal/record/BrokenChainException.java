package dev.walden.wal.record;

/** WAL that does not continue in its supposed successor. */
public final class BrokenChainException extends Exception {
  private static final long serialVersionUID = 1L;

  BrokenChainException(String problem) {
    super(problem);
  }
}
