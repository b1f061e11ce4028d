package dev.walden.recovery.simulate;

import dev.walden.archive.inventory.SegmentLookup;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which files a recovering server asks {@code restore_command} for, to open the segments it reads.
 *
 * <p>Source: {@code XLogPageRead} in {@code src/backend/access/transam/xlogrecovery.c}.
 */
final class SegmentRequests {
  private static final long NONE = -1;

  private final Delivered delivered;
  private final TimelineHistory history;
  private final SegmentLookup lookup;
  private List<WalFileName> asked = new ArrayList<>();
  private Optional<WalFileName> refused = Optional.empty();
  private TimelineId lowest = TimelineId.FIRST;
  private boolean jumping;
  private long open = NONE;
  private TimelineId openTimeline;
  private TimelineId previous;
  // what to go back to if the last segment was only looked for by the reader, not by the server
  private int lookups;
  private int askedBefore;
  private long openBefore;
  private TimelineId openTimelineBefore;

  SegmentRequests(Delivered delivered, TimelineHistory history) {
    this.delivered = delivered;
    this.history = history;
    this.lookup = new SegmentLookup(history, delivered.wal().cluster().segmentSize());
    openTimeline = history.timeline();
    previous = openTimeline;
    openTimelineBefore = openTimeline;
  }

  /** Whether the history of a timeline can be had; timeline 1 needs none. */
  boolean hasHistory(TimelineId timeline) {
    return delivered.hasHistory(timeline);
  }

  /** The server jumps elsewhere: what it opens until it has a record may be of any timeline. */
  void jump() {
    jumping = true;
    lookups = 0;
  }

  /** The server has a record, and continues from there. */
  void goOn() {
    jumping = false;
  }

  /** The server found no valid WAL, and closed its file. */
  void close() {
    open = NONE;
  }

  /** The timeline whose file the server opens; some timeline if there is no file. */
  TimelineId open(long number) {
    askedBefore = asked.size();
    openBefore = open;
    openTimelineBefore = openTimeline;
    lookups++;
    if (number != open) {
      previous = openTimeline;
      lowest = jumping ? TimelineId.FIRST : lowest;
      Optional<TimelineId> found = ask(number);
      open = found.isPresent() ? number : NONE;
      openTimeline = found.orElse(history.timeline());
      lowest = found.orElse(lowest);
    }
    return openTimeline;
  }

  /** Asks for a segment's files, one after the other, until there is one. */
  private Optional<TimelineId> ask(long number) {
    for (WalSegment file : lookup.filesProbed(number, lowest)) {
      if (!ask(file.fileName())) {
        return Optional.empty();
      }
      if (delivered.has(file)) {
        return Optional.of(file.timeline());
      }
    }
    return Optional.empty();
  }

  /** Asks for a file; false if the answer ends the server. */
  boolean ask(WalFileName name) {
    asked.add(name);
    if (refused.isEmpty() && delivered.endsServer(name)) {
      refused = Optional.of(name);
    }
    return refused.isEmpty();
  }

  /** The file whose request ended the server. */
  Optional<WalFileName> refused() {
    return refused;
  }

  /** The reader looked for more WAL after an invalid place; the server does not. */
  void forgetProbe() {
    if (lookups > 1) {
      asked.subList(askedBefore, asked.size()).clear();
      refused = Optional.empty();
      open = openBefore;
      openTimeline = openTimelineBefore;
    }
  }

  /** Which timeline's file a segment that replay has just read was taken from. */
  TimelineId timelineOf(long number) {
    return number == open ? openTimeline : previous;
  }

  /**
   * The segment that was open before the server looked ahead is taken to be open still, and what
   * would have ended it there not to have been asked for.
   */
  void reopen(long number) {
    open = number;
    refused = Optional.empty();
  }

  /** The number of the segment whose file is open; negative if none is. */
  long current() {
    return open;
  }

  /** What was asked for since the last call. */
  List<WalFileName> take() {
    List<WalFileName> taken = asked;
    asked = new ArrayList<>();
    askedBefore = 0;
    return taken;
  }
}
