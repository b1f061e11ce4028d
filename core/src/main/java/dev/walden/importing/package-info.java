/**
 * Effects: importing what other tools archived, or, with {@link
 * dev.walden.importing.InPlaceArchive}, referring to it. {@link dev.walden.importing.WalImport} is
 * for folders of WAL, with a {@link dev.walden.importing.WalImportReport}; {@link
 * dev.walden.importing.BackupImport} is for backups of {@code pg_basebackup}.
 *
 * <p>Inside, a {@code BackupFolder} is a {@code PlainBackup} or a {@code TarBackup}. It has a
 * {@code ManifestOutline} and {@code BackupPart}s, whose files are read through {@code
 * BackupMembers}. A WAL file is a {@code ForeignFile}, a segment a {@code ForeignSegment}. Files
 * that stay in place are {@code ForeignSource}s, to which {@code InPlaceStorage} stores references.
 */
@NullMarked
package dev.walden.importing;

import org.jspecify.annotations.NullMarked;
