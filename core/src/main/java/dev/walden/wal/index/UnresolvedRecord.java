package dev.walden.wal.index;

import dev.walden.wal.Lsn;

/**
 * A record across a segment boundary that is too long to be kept in outlines, although its kind may
 * matter to them. Its content must be read from the WAL.
 *
 * @param lsn where it begins
 * @param endLsn where the next one can begin
 */
public record UnresolvedRecord(Lsn lsn, Lsn endLsn) {
  public UnresolvedRecord {
    if (!lsn.isBefore(endLsn)) {
      throw new IllegalArgumentException("not a record: " + lsn + " to " + endLsn);
    }
  }
}
