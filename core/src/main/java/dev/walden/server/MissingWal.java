package dev.walden.server;

/**
 * What a {@code WalReceiver} does if the server no longer has the WAL that follows the archive. WAL
 * that the server still has is never skipped.
 */
public enum MissingWal {
  /**
   * Stop with a {@link MissingWalException}. Nothing is archived after the gap; the slot keeps what
   * the server still has.
   */
  STOP,
  /**
   * Record the gap in the archive and continue with the oldest WAL that the server still has.
   * Earlier base backups cannot be recovered beyond the gap: take a new one.
   */
  RECORD_GAP
}
