/**
 * Effects: what other tools archived, brought into an archive, or, by {@link
 * dev.walden.importing.InPlaceArchive}, referred to. {@link dev.walden.importing.WalImport} for
 * folders of WAL, which gives an {@link dev.walden.importing.WalImportReport}; {@link
 * dev.walden.importing.BackupImport} for backups of {@code pg_basebackup}.
 */
package dev.walden.importing;
