package dev.walden.archive;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;

/**
 * The beginning of a segment, archived in pieces while the segment was being written.
 *
 * @param end how far the pieces go from the segment's start on without a gap; the start itself if
 *     the first is missing
 * @param storedBytes what the pieces take
 */
public record WalTail(WalSegment segment, Lsn end, long storedBytes) {

  /** Whether there are pieces of all the segment. */
  public boolean isComplete() {
    return end.equals(segment.end());
  }
}
