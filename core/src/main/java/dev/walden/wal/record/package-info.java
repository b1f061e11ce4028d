/**
 * Decoding: the records inside WAL segments. {@link dev.walden.wal.record.ValidWalEnd} tells where
 * valid WAL ends in a segment.
 */
package dev.walden.wal.record;
