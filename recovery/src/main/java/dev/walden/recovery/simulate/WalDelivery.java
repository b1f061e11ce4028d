package dev.walden.recovery.simulate;

/** How a recovering server gets the archive's files: what it finds of those that are missing. */
public enum WalDelivery {
  /**
   * The planned segments lie in {@code pg_wal}, as {@link dev.walden.recovery.restore.Restore} puts
   * them there by default. A history stands in for one that is missing of a timeline whose number
   * is taken.
   */
  PG_WAL,
  /**
   * {@link dev.walden.recovery.restore.RestoreCommand} brings them. The server ends where a file is
   * missing that the archive should hold.
   */
  RESTORE_COMMAND,
  /**
   * A command that answers 1 for all that is not archived, as {@code cp} does. The server takes
   * each missing segment for the end of the WAL, and each missing history for a free number.
   */
  COPY
}
