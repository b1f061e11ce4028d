package dev.walden.testing.wal;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/**
 * Where a record was written.
 *
 * @param timeline the one that it was written on
 * @param lsn where it begins
 * @param endLsn where it ends, after alignment; of a switch, the end of its segment
 */
public record GeneratedRecord(TimelineId timeline, Lsn lsn, Lsn endLsn) {}
