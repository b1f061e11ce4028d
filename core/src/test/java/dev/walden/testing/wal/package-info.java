/**
 * WAL and base backups that no server wrote, for tests of point-in-time recovery that take
 * milliseconds. Effects on what the caller hands in only: an archive, a folder.
 *
 * <p>{@link dev.walden.testing.wal.GeneratedWal} is the WAL of one timeline, to which each call
 * adds a {@link dev.walden.testing.wal.GeneratedRecord}; {@link
 * dev.walden.testing.wal.TransactionParts} says what the end of a transaction can carry. {@link
 * dev.walden.testing.wal.GeneratedBackup} is a base backup of it, {@link
 * dev.walden.testing.wal.Fork} begins another timeline, and {@link
 * dev.walden.testing.wal.RandomWal} adds records drawn by lot.
 */
package dev.walden.testing.wal;
