/**
 * Decoding: the records inside WAL segments. {@link dev.walden.wal.record.WalReader} goes from
 * {@link dev.walden.wal.record.WalRecord} to record over the segments of a {@link
 * dev.walden.wal.record.WalSource} until a {@link dev.walden.wal.record.WalEnd}; {@link
 * dev.walden.wal.record.RecordBody} is what a record says. {@link
 * dev.walden.wal.record.ValidWalEnd} tells where valid WAL ends in one segment; {@link
 * dev.walden.wal.record.SegmentScan} goes over one segment as its bytes arrive, and {@link
 * dev.walden.wal.record.RecordChain} joins what it found with that of the neighbours. {@link
 * dev.walden.wal.record.StreamVerifier} checks a stream of any length while it arrives, and tells a
 * {@link dev.walden.wal.record.SegmentObserver} what it found in each segment.
 */
package dev.walden.wal.record;
