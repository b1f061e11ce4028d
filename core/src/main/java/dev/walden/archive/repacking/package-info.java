/**
 * Effects: what a server or another tool gives as a base backup, cut into an archive's parts.
 * {@link dev.walden.archive.repacking.BackupRepacking} gives {@link
 * dev.walden.archive.repacking.RepackedBackup}.
 */
@NullMarked
package dev.walden.archive.repacking;

import org.jspecify.annotations.NullMarked;
