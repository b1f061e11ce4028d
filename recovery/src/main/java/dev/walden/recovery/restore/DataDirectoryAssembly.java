package dev.walden.recovery.restore;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupLabel;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.TablespaceMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fills the claimed directories, {@code pg_control} last. */
final class DataDirectoryAssembly {
  /** Those of {@code subdirs} in {@code src/bin/initdb/initdb.c} that may hold no file. */
  private static final List<String> MAYBE_EMPTY =
      List.of(
          ("pg_commit_ts pg_dynshmem pg_logical/mappings pg_logical/snapshots"
                  + " pg_multixact/members pg_multixact/offsets pg_notify pg_replslot pg_serial"
                  + " pg_snapshots pg_stat pg_stat_tmp pg_subtrans pg_tblspc pg_twophase"
                  + " pg_wal/archive_status pg_xact")
              .split(" "));

  private final Restore restore;
  private final RestorePaths paths;
  private final Path data;
  private final ArchiveStore archive;
  private final BaseBackup backup;
  private final BackupUnpacker sink;
  private final Workers workers;

  DataDirectoryAssembly(Restore restore, RestorePaths paths) {
    this.restore = restore;
    this.paths = paths;
    this.data = paths.dataDirectory();
    this.archive = restore.archive();
    this.backup = restore.plan().backup();
    this.sink = new BackupUnpacker(paths, restore.progress(), backup.plainBytes());
    this.workers = restore.workers();
  }

  RestoredCluster run(RecoveryConfiguration settings) throws IOException {
    workers.run(
        backup.parts().stream()
            .map(part -> new PartExtraction(archive, backup, part, sink))
            .toList());
    DataDirectoryChecks checks = new DataDirectoryChecks(backup, sink);
    byte[] controlFile = checks.controlFile();
    write(BackupLabel.FILE_NAME, checks.backupLabel());
    Optional<byte[]> map = checks.tablespaceMap(paths.tablespaces());
    if (map.isPresent()) {
      write(TablespaceMap.FILE_NAME, map.get());
    }
    createMissingDirectories();
    linkTablespaces();
    prepareWal();
    AutoConfFile.write(data, settings, RestoredFiles.fileMode(sink.mode()));
    for (Path root : paths.roots()) {
      RestoredFiles.setMode(root, RestoredFiles.directoryMode(sink.mode()));
    }
    sink.forceDirectories();
    write(BackupUnpacker.CONTROL_FILE, controlFile);
    return new RestoredCluster(
        data,
        sink.files(),
        sink.bytes(),
        StartWarnings.of(data, settings.replacesSource()),
        settings.switchedOff());
  }

  private void write(String file, byte[] content) throws IOException {
    RestoredFiles.replace(data.resolve(file), content, RestoredFiles.fileMode(sink.mode()));
  }

  /** A backup that went through an object store may have lost them; no server starts so. */
  private void createMissingDirectories() throws IOException {
    for (String directory : MAYBE_EMPTY) {
      sink.createDirectories(data.resolve(directory));
    }
    if (backup.cluster().version().major() >= 17) {
      sink.createDirectories(data.resolve("pg_wal/summaries"));
    }
  }

  /** The server makes the links again from its map; until then the directory is complete too. */
  private void linkTablespaces() throws IOException {
    Path links = data.resolve("pg_tblspc");
    for (Map.Entry<Long, Path> tablespace : paths.tablespaces().entrySet()) {
      Files.createSymbolicLink(
          links.resolve(Long.toString(tablespace.getKey())), tablespace.getValue());
    }
  }

  private void prepareWal() throws IOException {
    if (restore.preloadsWal()) {
      workers.run(new PgWalPreload(archive, restore.plan(), sink, data.resolve("pg_wal")).tasks());
    }
  }
}
