/**
 * Values: base backups. {@link dev.walden.backup.BaseBackup} with {@link
 * dev.walden.backup.BackupId} and {@link dev.walden.backup.ObjectDigest} is how an archive
 * describes one, with {@link dev.walden.backup.BackupWarning}; {@link
 * dev.walden.backup.LeftOutParts} and {@link dev.walden.backup.PartsLeftOutException} are about
 * what it lacks. PostgreSQL describes it with {@link dev.walden.backup.BackupLabel}, {@link
 * dev.walden.backup.TablespaceMap}, {@link dev.walden.backup.BackupManifestReader} and {@link
 * dev.walden.backup.BackupManifestWriter} with {@link dev.walden.backup.ManifestFile}, {@link
 * dev.walden.backup.ManifestPath} and {@link dev.walden.backup.WalRange}, and {@link
 * dev.walden.backup.BackupChecksum} of each file.
 */
@NullMarked
package dev.walden.backup;

import org.jspecify.annotations.NullMarked;
