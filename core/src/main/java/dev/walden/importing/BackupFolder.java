package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.backup.BackupManifestReader;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A base backup as {@code pg_basebackup} left it. */
sealed interface BackupFolder permits PlainBackup, TarBackup {
  /** With {@code -R}, settings are appended to this file after the server has sent it. */
  String CHANGED_BY_PG_BASEBACKUP = "postgresql.auto.conf";

  /** What a standby has, {@code -R} adds, and a restore adds itself: never imported. */
  Set<String> SIGNALS = Set.of("standby.signal", "recovery.signal");

  String CONTROL_FILE = "global/pg_control";

  String WAL_DIRECTORY = "pg_wal/";

  /** How many bytes of files make a part. */
  long PART_SIZE = 256L << 20;

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

  /** Whether {@link Besides} may get WAL that {@link #findWal} does not. */
  boolean hidesWal();

  /**
   * The WAL that lies beside the files.
   *
   * @param temporary a folder to unpack it into
   * @return a folder that holds it; empty, if there is none
   */
  Path findWal(Path temporary) throws IOException;

  /** What it consists of, in the manifest's order. */
  List<BackupPart> parts(ManifestOutline manifest) throws IOException;

  /** Opens a part. */
  BackupMembers open(BackupPart part, Besides besides) throws IOException;

  /** Whether a file goes to {@link Besides}. */
  static boolean isBesides(String path) {
    return SIGNALS.contains(path) || path.startsWith(WAL_DIRECTORY);
  }

  /** Takes what lies between the files and is none of the backup: signals and WAL. */
  interface Besides {
    Besides IGNORED = (path, content) -> {};

    void take(String path, InputStream content) throws IOException;
  }

  /** Unpacks a file to a folder, if it is one of WAL. */
  static void unpackWal(String name, InputStream content, Path folder) throws IOException {
    try {
      WalFileName wal = WalFileName.parse(name);
      Files.copy(content, folder.resolve(wal.toString()));
    } catch (IllegalArgumentException e) {
      // such as archive_status
    }
  }
}
