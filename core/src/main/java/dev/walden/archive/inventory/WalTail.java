package dev.walden.archive.inventory;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;

/**
 * The beginning of a segment, archived in pieces while the segment was being written; as their
 * names tell it, none is read.
 *
 * @param end where the last piece ends
 * @param hasGap whether a piece before it is missing, or the first one: reading it will fail
 * @param storedBytes what the pieces take
 */
public record WalTail(WalSegment segment, Lsn end, boolean hasGap, long storedBytes) {

  /** Whether there are pieces of all the segment. */
  public boolean isComplete() {
    return !hasGap && end.equals(segment.end());
  }
}
