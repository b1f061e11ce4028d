/**
 * Values: positions, names and pages of WAL, but not its records. {@link dev.walden.wal.Lsn},
 * {@link dev.walden.wal.TimelineId}, {@link dev.walden.wal.WalSegmentSize}, {@link
 * dev.walden.wal.WalSegment}, {@link dev.walden.wal.WalFileName}, {@link
 * dev.walden.wal.WalPageHeader}, {@link dev.walden.wal.TimelineHistory}.
 */
@NullMarked
package dev.walden.wal;

import org.jspecify.annotations.NullMarked;
