/**
 * Decoding: the records inside WAL segments. {@link dev.walden.wal.record.WalReader} goes from
 * {@link dev.walden.wal.record.WalRecord} to record over the segments of a {@link
 * dev.walden.wal.record.WalSource} until a {@link dev.walden.wal.record.WalEnd}; {@link
 * dev.walden.wal.record.RecordBody} is the content of a record. {@link
 * dev.walden.wal.record.ValidWalEnd} finds where valid WAL ends in one segment; {@link
 * dev.walden.wal.record.SegmentScan} reads one segment as its bytes arrive, and {@link
 * dev.walden.wal.record.RecordChain} joins its result with those of adjacent segments; {@link
 * dev.walden.wal.record.SegmentJoint} tells whether one continues another. {@link
 * dev.walden.wal.record.StreamVerifier} checks a stream of any length while it arrives, and reports
 * the content of each segment to a {@link dev.walden.wal.record.SegmentObserver}.
 */
@NullMarked
package dev.walden.wal.record;

import org.jspecify.annotations.NullMarked;
