package dev.walden.recovery.simulate;

import dev.walden.wal.TimelineId;

/** What a server got from its archive. */
interface FetchedSegments {
  /** Which timeline's file a segment that replay has just read was taken from. */
  TimelineId timelineOf(long number);

  /** Whether the history of a timeline can be had; of timeline 1 there is none. */
  boolean hasHistory(TimelineId timeline);
}
