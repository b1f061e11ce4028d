/**
 * Values, with effects only on the caller's archive or folder: generated WAL and base backups, for
 * tests of point-in-time recovery that take milliseconds.
 *
 * <p>{@link dev.walden.testing.wal.GeneratedWal} is the WAL of one timeline, to which each call
 * adds a {@link dev.walden.testing.wal.GeneratedRecord}; {@link
 * dev.walden.testing.wal.TransactionParts} is what the end of a transaction can contain. {@link
 * dev.walden.testing.wal.GeneratedBackup} is a base backup of it, {@link
 * dev.walden.testing.wal.Fork} begins another timeline, and {@link
 * dev.walden.testing.wal.RandomWal} adds random records.
 */
package dev.walden.testing.wal;
