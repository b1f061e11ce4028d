/**
 * Decoding: the records inside WAL segments. {@link dev.walden.wal.record.WalReader} goes from
 * {@link dev.walden.wal.record.WalRecord} to record over the segments of a {@link
 * dev.walden.wal.record.WalSource} until a {@link dev.walden.wal.record.WalEnd}; {@link
 * dev.walden.wal.record.RecordBody} is what a record says. {@link
 * dev.walden.wal.record.ValidWalEnd} tells where valid WAL ends in one segment.
 */
package dev.walden.wal.record;
