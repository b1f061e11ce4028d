package dev.walden.testing.wal;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.NewBackup;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.BackupFileList;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.BackupManifestWriter;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.ManifestFile;
import dev.walden.backup.ManifestPath;
import dev.walden.backup.TarMember;
import dev.walden.backup.TarWriter;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Writes files to an archive as a base backup with one part. */
final class BackupFilesWriter {
  private static final BackupChecksum.Algorithm ALGORITHM = BackupChecksum.Algorithm.SHA256;
  private static final List<String> DIRECTORIES =
      List.of(
          ("base global pg_commit_ts pg_dynshmem pg_logical pg_logical/mappings"
                  + " pg_logical/snapshots pg_multixact pg_multixact/members"
                  + " pg_multixact/offsets pg_notify pg_replslot pg_serial pg_snapshots pg_stat"
                  + " pg_stat_tmp pg_subtrans pg_tblspc pg_twophase pg_wal"
                  + " pg_wal/archive_status pg_xact")
              .split(" "));

  private final ArchiveStore archive;
  private final Map<String, byte[]> files;
  private final Instant startTime;

  BackupFilesWriter(ArchiveStore archive, Map<String, byte[]> files, Instant startTime) {
    this.archive = archive;
    this.files = files;
    this.startTime = startTime;
  }

  BaseBackup write(WalRange range, Lsn checkpoint, Instant endTime) throws IOException {
    try (NewBackup backup = archive.newBackup(startTime)) {
      BaseBackup complete =
          new BaseBackup(
              backup.id(),
              archive.cluster(),
              range.start(),
              range.timeline(),
              checkpoint,
              range.end(),
              range.timeline(),
              startTime,
              endTime,
              List.of(),
              List.of(part(backup)),
              manifest(backup, range),
              list(backup),
              List.of());
      backup.commit(complete);
      return complete;
    }
  }

  private TarMember member(Map.Entry<String, byte[]> file) {
    return new TarMember(
        file.getKey(), TarMember.Kind.FILE, 0600, file.getValue().length, startTime);
  }

  private static String checksum(byte[] content) {
    BackupChecksum checksum = ALGORITHM.start();
    checksum.update(content, 0, content.length);
    return checksum.finish();
  }

  private BackupObject part(NewBackup backup) throws IOException {
    try (NewBackup.Writer object = backup.create("00001.tar")) {
      TarWriter tar = new TarWriter(object);
      for (String path : DIRECTORIES) {
        tar.begin(new TarMember(path, TarMember.Kind.DIRECTORY, 0700, 0, startTime));
        tar.end();
      }
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        tar.begin(member(file));
        tar.write(file.getValue(), 0, file.getValue().length);
        tar.end();
      }
      tar.finish();
      return object.finish();
    }
  }

  private BackupObject manifest(NewBackup backup, WalRange range) throws IOException {
    ClusterIdentity cluster = archive.cluster();
    try (NewBackup.Writer object = backup.create(BackupManifestReader.FILE_NAME)) {
      BackupManifestWriter manifest =
          cluster.version().compareTo(PgVersion.PG_17) >= 0
              ? BackupManifestWriter.version2(object, cluster.systemIdentifier())
              : BackupManifestWriter.version1(object);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        manifest.add(
            new ManifestFile(
                ManifestPath.of(file.getKey()),
                file.getValue().length,
                startTime,
                ALGORITHM,
                checksum(file.getValue())));
      }
      manifest.finish(List.of(range));
      return object.finish();
    }
  }

  private BackupObject list(NewBackup backup) throws IOException {
    try (NewBackup.Writer object = backup.create("files.json")) {
      BackupFileList list = new BackupFileList(object);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        list.add(member(file), 1, ALGORITHM, checksum(file.getValue()));
      }
      list.finish();
      return object.finish();
    }
  }
}
