/**
 * Values: what PostgreSQL writes about a base backup. {@link dev.walden.backup.BackupLabel}, {@link
 * dev.walden.backup.TablespaceMap}, and {@link dev.walden.backup.BackupChecksum} of each file.
 */
package dev.walden.backup;
