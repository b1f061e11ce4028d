package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.BackupLabel;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.ManifestFile;
import dev.walden.backup.WalRange;
import dev.walden.cluster.SystemIdentifier;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a verified manifest states about the backup as a whole.
 *
 * @param files how many files it lists, without {@code postgresql.auto.conf}, signals and those in
 *     {@code pg_wal}
 * @param signals the signal files that it lists: a standby sends its own
 * @param labelTime the server's clock when {@code backup_label} was sent
 * @param tablespaces the tablespaces with files, in the order in which the server sent them
 */
record ManifestOutline(
    Optional<SystemIdentifier> systemIdentifier,
    BackupChecksum.Algorithm algorithm,
    long files,
    List<ManifestFile> signals,
    Instant labelTime,
    Set<Long> tablespaces,
    List<WalRange> wal) {
  private static final Pattern IN_TABLESPACE = Pattern.compile("pg_tblspc/([1-9][0-9]{0,9})/.*");

  static BackupManifestReader open(Path manifest) throws IOException {
    return BackupManifestReader.open(
        manifest.toString(), new BufferedInputStream(Files.newInputStream(manifest), 1 << 16));
  }

  static ManifestOutline read(Path manifest) throws IOException {
    try (BackupManifestReader reader = open(manifest)) {
      BackupChecksum.Algorithm algorithm = BackupChecksum.Algorithm.NONE;
      Instant labelTime = null;
      long files = 0;
      List<ManifestFile> signals = new ArrayList<>();
      Set<Long> tablespaces = new LinkedHashSet<>();
      for (Optional<ManifestFile> next = reader.nextFile();
          next.isPresent();
          next = reader.nextFile()) {
        ManifestFile file = next.get();
        String path = file.path().toString();
        if (file.path().isEncoded()) {
          throw new CorruptFileException(
              manifest.toString(),
              "lists " + path + ", whose name is not UTF-8: an archive cannot hold such files");
        }
        algorithm = file.algorithm();
        boolean uncounted =
            path.equals(BackupFolder.CHANGED_BY_PG_BASEBACKUP) || BackupFolder.isSideFile(path);
        files += uncounted ? 0 : 1;
        if (BackupFolder.SIGNALS.contains(path)) {
          signals.add(file);
        }
        labelTime = path.equals(BackupLabel.FILE_NAME) ? file.lastModified() : labelTime;
        Matcher m = IN_TABLESPACE.matcher(path);
        if (m.matches()) {
          tablespaces.add(Long.valueOf(m.group(1)));
        }
      }
      List<WalRange> wal = reader.walRanges();
      if (labelTime == null || wal.isEmpty()) {
        throw new CorruptFileException(
            manifest.toString(),
            labelTime == null ? "lists no backup_label" : "names no WAL that the backup needs");
      }
      return new ManifestOutline(
          reader.systemIdentifier(), algorithm, files, signals, labelTime, tablespaces, wal);
    }
  }
}
