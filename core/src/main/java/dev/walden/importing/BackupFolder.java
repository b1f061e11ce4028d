package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.archive.repacking.BackupRepacking;
import dev.walden.backup.BackupManifestReader;
import dev.walden.cluster.ClusterIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** A base backup as {@code pg_basebackup} left it. */
sealed interface BackupFolder permits PlainBackup, TarBackup {
  /** With {@code -R}, settings are appended to this file after the server has sent it. */
  String CHANGED_BY_PG_BASEBACKUP = "postgresql.auto.conf";

  /** What {@code -R} adds, and what a restore adds itself: never imported. */
  Set<String> SIGNALS = Set.of("standby.signal", "recovery.signal");

  /**
   * Looks what a folder holds.
   *
   * @throws CorruptFileException if it is no backup with a manifest
   */
  static BackupFolder of(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(BackupManifestReader.FILE_NAME))) {
      throw new CorruptFileException(
          folder.toString(),
          "holds no backup_manifest, so nobody can tell whether the backup is whole: it is written"
              + " by pg_basebackup, unless --no-manifest forbids it");
    }
    return Files.exists(folder.resolve("PG_VERSION"))
        ? new PlainBackup(folder)
        : TarBackup.of(folder);
  }

  /** The cluster that the backup is of. */
  ClusterIdentity identity() throws IOException;

  /** Whether {@link #repack} may find WAL that {@link #findWal} does not. */
  boolean hidesWal();

  /**
   * The WAL that lies beside the files.
   *
   * @param temporary a folder to unpack it into
   * @return a folder that holds it; empty, if there is none
   */
  Path findWal(Path temporary) throws IOException;

  /**
   * Puts all files into a new backup, in the manifest's order.
   *
   * @param cluster whose files they must be
   * @param wal a folder for WAL that lies between them
   * @return whether {@link #CHANGED_BY_PG_BASEBACKUP} may differ from the manifest
   */
  boolean repack(BackupRepacking into, ManifestOutline manifest, ClusterIdentity cluster, Path wal)
      throws IOException;
}
