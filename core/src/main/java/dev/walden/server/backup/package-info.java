/**
 * Effects: taking base backups. {@link dev.walden.server.backup.BaseBackupTaker} is what programs
 * use; {@link dev.walden.server.backup.BackupProgress} tells how far one has come.
 */
package dev.walden.server.backup;
