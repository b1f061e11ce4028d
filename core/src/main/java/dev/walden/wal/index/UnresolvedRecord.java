package dev.walden.wal.index;

import dev.walden.wal.Lsn;

/**
 * A record over a boundary of segments that is too long to be kept in outlines, and whose resource
 * manager may have said something that belongs into them. Who must know reads it from the WAL.
 *
 * @param lsn where it begins
 * @param endLsn where the next one can begin
 */
public record UnresolvedRecord(Lsn lsn, Lsn endLsn) {
  public UnresolvedRecord {
    if (!lsn.isBefore(endLsn)) {
      throw new IllegalArgumentException("a record from " + lsn + " to " + endLsn);
    }
  }
}
