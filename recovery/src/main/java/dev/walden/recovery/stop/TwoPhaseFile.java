package dev.walden.recovery.stop;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineHistory.Ancestor;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.List;

/**
 * Which file a server opens to read a prepared transaction again. It looks the segment up in the
 * history of the timeline that replay has reached, not of the one that it recovers to. In a segment
 * whose timeline switch is not replayed yet, these differ, and the server fails.
 *
 * <p>Source: {@code XlogReadTwoPhaseData} in {@code src/backend/access/transam/twophase.c}, {@code
 * XLogReadDetermineTimeline} and {@code wal_segment_open} in {@code
 * src/backend/access/transam/xlogutils.c}.
 *
 * @param history of the timeline that the server recovers to
 */
public record TwoPhaseFile(TimelineHistory history, WalSegmentSize size) {

  /**
   * The file opened for a segment.
   *
   * @param reached the timeline of the last record applied
   */
  public WalSegment opened(long number, TimelineId reached) {
    Lsn last = size.startOf(number).plus(size.bytes() - 1L);
    return new WalSegment(timelineAt(last, reached), number, size);
  }

  /** The same if the history of the timeline is missing: then it seems to have no ancestors. */
  public WalSegment openedWithoutHistory(long number, TimelineId reached) {
    return new WalSegment(reached, number, size);
  }

  /** The timeline that holds a position, by the history of one of the ancestors. */
  private TimelineId timelineAt(Lsn position, TimelineId reached) {
    TimelineId holder = reached;
    List<Ancestor> ancestors = history.ancestors();
    for (int i = ancestors.size() - 1; i >= 0; i--) {
      Ancestor ancestor = ancestors.get(i);
      if (ancestor.timeline().compareTo(reached) < 0) {
        if (!position.isBefore(ancestor.switchPoint())) {
          break;
        }
        holder = ancestor.timeline();
      }
    }
    return holder;
  }
}
