/**
 * Effects: the archive of one cluster. {@link dev.walden.archive.ArchiveStore} is what programs
 * hold, made with {@link dev.walden.archive.ArchiveSettings}; {@link
 * dev.walden.archive.inventory.WalInventory} says which WAL it has, and by {@link
 * dev.walden.archive.inventory.RecordedGap} why some is missing, {@link
 * dev.walden.archive.WalIndex} what that WAL holds; {@link dev.walden.archive.TailWriter} archives
 * a segment in pieces while it is received; {@link dev.walden.archive.NewBackup} is a backup being
 * written. Object names are known to {@code ArchiveLayout} alone.
 */
@NullMarked
package dev.walden.archive;

import org.jspecify.annotations.NullMarked;
