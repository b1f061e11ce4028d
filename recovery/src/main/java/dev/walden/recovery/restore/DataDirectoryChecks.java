package dev.walden.recovery.restore;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.WrongClusterException;
import dev.walden.backup.BackupLabel;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.TablespaceMap;
import dev.walden.cluster.ControlFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Whether the files that decide how a server starts agree with what {@code backup.json} says. */
final class DataDirectoryChecks {
  private final BaseBackup backup;
  private final BackupUnpacker sink;

  DataDirectoryChecks(BaseBackup backup, BackupUnpacker sink) {
    this.backup = backup;
    this.sink = sink;
  }

  /** The backup's {@code pg_control}. */
  byte[] controlFile() throws IOException {
    byte[] content = required(BackupUnpacker.CONTROL_FILE);
    ControlFile control = ControlFile.parse(name(BackupUnpacker.CONTROL_FILE), content);
    if (!control.identity().equals(backup.cluster())) {
      throw new WrongClusterException(
          name(BackupUnpacker.CONTROL_FILE)
              + " is of "
              + control.identity()
              + ", but the backup of "
              + backup.cluster());
    }
    return content;
  }

  /** The backup's {@code backup_label}. */
  byte[] backupLabel() throws IOException {
    byte[] content = required(BackupLabel.FILE_NAME);
    BackupLabel label = BackupLabel.parse(name(BackupLabel.FILE_NAME), content);
    if (label.incrementalFrom().isPresent()) {
      throw new UnsupportedFormatException(
          name(BackupLabel.FILE_NAME) + " is that of an incremental backup");
    }
    requireEqual("start LSN", backup.startLsn(), label.startWalLocation());
    requireEqual("checkpoint", backup.checkpointLsn(), label.checkpointLocation());
    requireEqual("start timeline", backup.startTimeline(), label.startTimeline());
    return content;
  }

  private void requireEqual(String what, Object expected, Object found)
      throws CorruptFileException {
    if (!expected.equals(found)) {
      throw new CorruptFileException(
          name(BackupLabel.FILE_NAME),
          "its " + what + " is " + found + ", but backup.json says " + expected);
    }
  }

  /** The {@code tablespace_map} for the new places; a backup without tablespaces may have none. */
  Optional<byte[]> tablespaceMap(Map<Long, Path> tablespaces) throws IOException {
    if (tablespaces.isEmpty() && sink.held(TablespaceMap.FILE_NAME).isEmpty()) {
      return Optional.empty();
    }
    TablespaceMap map =
        TablespaceMap.parse(name(TablespaceMap.FILE_NAME), required(TablespaceMap.FILE_NAME));
    Set<Long> oids =
        map.entries().stream().map(TablespaceMap.Entry::oid).collect(Collectors.toSet());
    if (!oids.equals(new HashSet<>(backup.tablespaces()))) {
      throw new CorruptFileException(
          name(TablespaceMap.FILE_NAME),
          "names the tablespaces " + oids + ", but backup.json " + backup.tablespaces());
    }
    Map<Long, String> places = new TreeMap<>();
    tablespaces.forEach((oid, path) -> places.put(oid, path.toString()));
    return Optional.of(map.withLocations(places).content());
  }

  private byte[] required(String file) throws CorruptFileException {
    return sink.held(file)
        .orElseThrow(() -> new CorruptFileException(name(file), "is missing in the backup"));
  }

  private String name(String file) {
    return file + " of backup " + backup.id();
  }
}
