/**
 * Effects: what a server or another tool gives as a base backup, cut into an archive's parts.
 * {@link dev.walden.archive.repacking.BackupRepacking} gives {@link
 * dev.walden.archive.repacking.RepackedBackup} with {@link
 * dev.walden.archive.repacking.ArrivedParts}; {@link dev.walden.archive.repacking.BackupWal} and
 * {@link dev.walden.archive.repacking.LeftOut} tell what it lacks.
 */
@NullMarked
package dev.walden.archive.repacking;

import org.jspecify.annotations.NullMarked;
