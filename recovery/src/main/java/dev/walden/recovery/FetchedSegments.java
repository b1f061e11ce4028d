package dev.walden.recovery;

import dev.walden.wal.TimelineId;

/** Which timeline's file a segment that replay has just read was taken from. */
@FunctionalInterface
interface FetchedSegments {
  TimelineId timelineOf(long number);
}
