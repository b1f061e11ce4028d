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

/** A base backup made by {@code pg_basebackup}. */
sealed interface BackupFolder permits PlainBackup, TarBackup {
  /** With {@code -R}, settings are appended to this file after the server has sent it. */
  String CHANGED_BY_PG_BASEBACKUP = "postgresql.auto.conf";

  /** Present on a standby or added by {@code -R}. Never imported: a restore writes its own. */
  Set<String> SIGNALS = Set.of("standby.signal", "recovery.signal");

  String CONTROL_FILE = "global/pg_control";

  String WAL_DIRECTORY = "pg_wal/";

  /** How many bytes of files make a part. */
  long PART_SIZE = 256L << 20;

  /**
   * Detects the format of a folder.
   *
   * @throws CorruptFileException if it does not hold a backup with a manifest
   */
  static BackupFolder of(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(BackupManifestReader.FILE_NAME))) {
      throw new CorruptFileException(
          folder.toString(),
          "has no backup_manifest, without which the backup cannot be verified: pg_basebackup"
              + " writes it, unless --no-manifest is given");
    }
    return Files.exists(folder.resolve("PG_VERSION"))
        ? new PlainBackup(folder)
        : TarBackup.of(folder);
  }

  /** The backup's cluster. */
  ClusterIdentity identity() throws IOException;

  /** Whether {@link SideFiles} may receive WAL that {@link #findWal} does not find. */
  boolean hidesWal();

  /**
   * The WAL beside the files.
   *
   * @param temporary where to unpack it
   * @return a folder with the WAL, which is empty if there is none
   */
  Path findWal(Path temporary) throws IOException;

  /** Its parts, in the manifest's order. */
  List<BackupPart> parts(ManifestOutline manifest) throws IOException;

  /** Opens a part. */
  BackupMembers open(BackupPart part, SideFiles sideFiles) throws IOException;

  /** Whether a file belongs to {@link SideFiles}. */
  static boolean isSideFile(String path) {
    return SIGNALS.contains(path) || path.startsWith(WAL_DIRECTORY);
  }

  /** Receives files that are not imported as part of the backup: signals and WAL. */
  interface SideFiles {
    SideFiles IGNORED = (path, content) -> {};

    void take(String path, InputStream content) throws IOException;
  }

  /** Unpacks a file to a folder, if it is a WAL file. */
  static void unpackWal(String name, InputStream content, Path folder) throws IOException {
    try {
      WalFileName wal = WalFileName.parse(name);
      Files.copy(content, folder.resolve(wal.toString()));
    } catch (IllegalArgumentException e) {
      // such as archive_status
    }
  }
}
