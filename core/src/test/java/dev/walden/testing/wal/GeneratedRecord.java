package dev.walden.testing.wal;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/**
 * The position of a record.
 *
 * @param timeline the timeline on which it was written
 * @param lsn where it begins
 * @param endLsn where it ends, after alignment; for a switch, the end of its segment
 */
public record GeneratedRecord(TimelineId timeline, Lsn lsn, Lsn endLsn) {}
