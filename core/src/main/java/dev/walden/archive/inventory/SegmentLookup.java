package dev.walden.archive.inventory;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineHistory.Ancestor;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which timeline's file a recovering server opens for a segment: it probes the files of the
 * timelines in its history, the newest first, until one exists. It skips timelines that begin after
 * the segment, and stops before those older than the timeline it last read.
 *
 * <p>Source: {@code XLogFileReadAnyTLI} in {@code src/backend/access/transam/xlogrecovery.c}.
 */
public record SegmentLookup(TimelineHistory history, WalSegmentSize size) {

  /**
   * The files probed for a segment, in order, until one exists.
   *
   * @param oldest the timeline of the file read before; {@link TimelineId#FIRST} if none was
   */
  public List<WalSegment> filesProbed(long number, TimelineId oldest) {
    List<WalSegment> probed = new ArrayList<>();
    for (TimelineId timeline : newestFirst()) {
      if (timeline.compareTo(oldest) >= 0 && beginsBy(timeline, number)) {
        probed.add(new WalSegment(timeline, number, size));
      }
    }
    return probed;
  }

  private List<TimelineId> newestFirst() {
    List<TimelineId> timelines = new ArrayList<>(List.of(history.timeline()));
    for (Ancestor ancestor : history.ancestors()) {
      timelines.add(1, ancestor.timeline());
    }
    return timelines;
  }

  /** Whether a timeline begins in a segment or before it. */
  private boolean beginsBy(TimelineId timeline, long number) {
    Optional<Lsn> begin = history.begin(timeline);
    return begin.isEmpty() || size.segmentNumber(begin.get()) <= number;
  }

  /**
   * The right file for a segment, and the first that is probed: that of the timeline that holds the
   * segment's last byte. It also holds the bytes of the timelines that were left inside the
   * segment.
   */
  public WalSegment rightFile(long number) {
    Lsn last = size.startOf(number).plus(size.bytes() - 1L);
    return new WalSegment(history.timelineAt(last), number, size);
  }
}
