/**
 * Effects: taking base backups. Programs use {@link dev.walden.server.backup.BaseBackupTaker};
 * {@link dev.walden.server.backup.BackupProgress} is its progress.
 */
@NullMarked
package dev.walden.server.backup;

import org.jspecify.annotations.NullMarked;
