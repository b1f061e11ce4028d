package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.UnsupportedFormatException;
import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.NewBackup;
import dev.walden.archive.repacking.BackupRepacking;
import dev.walden.archive.repacking.BackupWal;
import dev.walden.archive.repacking.LeftOut;
import dev.walden.archive.repacking.RepackedBackup;
import dev.walden.backup.BackupLabel;
import dev.walden.backup.BackupManifestReader;
import dev.walden.backup.BackupObject;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.LeftOutParts;
import dev.walden.backup.PartsLeftOutException;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports a backup of {@code pg_basebackup} into an archive, in plain format or as tar archives,
 * which may be compressed ({@code .gz}, {@code .zst}, {@code .lz4}). Every file is compared with
 * the backup's manifest. The WAL inside the backup is imported as by {@link WalImport}. The backup
 * is complete only once the archive holds all WAL that it needs, checked record by record. The
 * folder is only read; WAL inside tar archives is unpacked to the default temporary folder.
 *
 * <p>What {@code --write-recovery-conf} adds is omitted, or, in {@code postgresql.auto.conf},
 * imported unverified: a restore makes such settings harmless.
 *
 * <p>For use by one thread, whose interruption ends the import. A failure leaves nothing that looks
 * like a backup; imported WAL stays.
 */
public final class BackupImport {
  private static final Logger LOG = LoggerFactory.getLogger(BackupImport.class);

  private final Path folder;
  private final ArchiveStore archive;
  private final LeftOut leftOut;
  private final ImportedMembers contents;

  private BackupImport(Path folder, ArchiveStore archive, LeftOutParts choice) {
    this.folder = folder;
    this.archive = archive;
    this.contents = new ImportedMembers(archive.cluster());
    this.leftOut = new LeftOut(choice, folder.toString());
  }

  /**
   * The cluster of a backup. For tar archives, this reads {@code base.tar} almost to its end.
   *
   * @throws CorruptFileException if the folder does not hold a backup
   */
  public static ClusterIdentity identity(Path folder) throws IOException {
    return BackupFolder.of(folder).identity();
  }

  /** Imports a backup, and refuses one that lacks parts of the cluster. */
  public static BaseBackup run(Path folder, ArchiveStore archive) throws IOException {
    return run(folder, archive, LeftOutParts.REFUSE);
  }

  /**
   * Imports a backup. If it, or another one with the same start and end, is already in the archive,
   * returns that one.
   *
   * @param choice what to do if the backup lacks parts that every cluster has, or the {@code
   *     PG_VERSION} of a database of which it has other files. What else a server left out, such as
   *     a whole database, cannot be seen in a backup
   * @throws PartsLeftOutException if it lacks such parts, unless the choice allows it
   * @throws CorruptFileException if the folder does not hold a backup with a manifest, or a file
   *     does not match the manifest
   * @throws UnsupportedFormatException if the backup is incremental
   * @throws WrongClusterException if it belongs to another cluster
   * @throws NotArchivedException if neither the backup nor the archive holds the WAL it needs
   */
  public static BaseBackup run(Path folder, ArchiveStore archive, LeftOutParts choice)
      throws IOException {
    return new BackupImport(folder.toRealPath(), archive, choice).run();
  }

  private BaseBackup run() throws IOException {
    BackupFolder source = BackupFolder.of(folder);
    Path manifestFile = folder.resolve(BackupManifestReader.FILE_NAME);
    ManifestOutline manifest = ManifestOutline.read(manifestFile);
    manifest.tablespaces().forEach(contents::addTablespace);
    if (!archive
        .cluster()
        .systemIdentifier()
        .equals(manifest.systemIdentifier().orElse(archive.cluster().systemIdentifier()))) {
      throw new WrongClusterException(
          manifestFile
              + " belongs to cluster "
              + manifest.systemIdentifier().get()
              + "; the archive is bound to "
              + archive.cluster());
    }
    if (source instanceof PlainBackup plain) {
      // rather now than after hours of copying
      contents.requireCluster(plain.identity(), folder.toString());
    }
    Optional<BaseBackup> present = imported(manifest);
    if (present.isPresent()) {
      return present.get();
    }
    try (TemporaryFolder temporary = TemporaryFolder.create()) {
      return run(source, manifest, temporary.path());
    }
  }

  private Optional<BaseBackup> imported(ManifestOutline manifest) throws IOException {
    WalRange first = manifest.wal().get(manifest.wal().size() - 1);
    WalRange last = manifest.wal().get(0);
    return archive.backups().usable().stream()
        .filter(
            backup ->
                backup.startLsn().equals(first.start())
                    && backup.startTimeline().equals(first.timeline())
                    && backup.endLsn().equals(last.end())
                    && backup.endTimeline().equals(last.timeline()))
        .findFirst();
  }

  private BaseBackup run(BackupFolder source, ManifestOutline manifest, Path temporary)
      throws IOException {
    importWal(source.findWal(temporary));
    if (!source.hidesWal()) {
      // rather now than after hours of copying
      BackupWal.read(archive, manifest.wal());
    }
    NewBackup backup = archive.newBackup(manifest.labelTime());
    try (backup;
        BackupRepacking repacking =
            new BackupRepacking(
                backup,
                manifest.algorithm(),
                BackupFolder.PART_SIZE,
                BackupImport::thread,
                bytes -> {})) {
      SignalFiles signals = new SignalFiles(manifest.algorithm());
      for (BackupPart part : source.parts(manifest)) {
        if (archive.keepsReferences()) {
          repacking.beginPart(length -> new ForeignPart(folder, part, length));
        }
        try (BackupMembers members =
            source.open(
                part, (path, content) -> takeSideFiles(path, content, signals, temporary))) {
          contents.repack(members, repacking);
        }
      }
      RepackedBackup repacked =
          repacking.finish(
              Files.newInputStream(folder.resolve(BackupManifestReader.FILE_NAME)),
              signals.isEmpty() ? Set.of() : Set.of(BackupFolder.CHANGED_BY_PG_BASEBACKUP),
              BackupFolder.SIGNALS);
      signals.compare(manifest.signals());
      requireFull(repacked);
      leftOut.missing(repacked.arrived(), false);
      if (source.hidesWal()) {
        importWal(temporary);
      }
      BaseBackup complete = describe(backup, repacked);
      if (archive.keepsReferences()) {
        requireReadable(complete);
      }
      backup.commit(complete);
      return complete;
    }
  }

  private static void takeSideFiles(String path, InputStream content, SignalFiles signals, Path wal)
      throws IOException {
    if (BackupFolder.SIGNALS.contains(path)) {
      signals.take(path, content);
    } else {
      BackupFolder.unpackWal(path.substring(BackupFolder.WAL_DIRECTORY.length()), content, wal);
    }
  }

  /** Rejected files may be irrelevant; reading the required WAL shows whether they are. */
  private void importWal(Path wal) throws IOException {
    for (WalImportReport.Refused refused : WalImport.run(wal, archive).refused()) {
      LOG.warn("not imported with {}: {}: {}", folder, refused.file(), refused.reason());
    }
  }

  private void requireFull(RepackedBackup repacked) throws IOException {
    BackupLabel label = repacked.label();
    if (label.incrementalFrom().isPresent()) {
      throw new UnsupportedFormatException(
          folder
              + " is an incremental backup: combine it with the earlier ones by"
              + " pg_combinebackup, and import the result");
    }
    WalRange first = repacked.wal().get(repacked.wal().size() - 1);
    if (!label.startWalLocation().equals(first.start())) {
      throw new CorruptFileException(
          folder.resolve(BackupLabel.FILE_NAME).toString(),
          "states that the backup starts at "
              + label.startWalLocation()
              + ", but the manifest states "
              + first.start());
    }
  }

  /** Verifies that the references lead to the bytes that were repacked. */
  private void requireReadable(BaseBackup backup) throws IOException {
    for (BackupObject part : backup.parts()) {
      try (InputStream in = archive.open(backup, part)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  private BaseBackup describe(NewBackup backup, RepackedBackup repacked) throws IOException {
    BackupWal wal = BackupWal.read(archive, repacked.wal());
    leftOut.incompleteDatabases(repacked.arrived(), wal);
    WalRange last = repacked.wal().get(0);
    return new BaseBackup(
        backup.id(),
        archive.cluster(),
        repacked.label().startWalLocation(),
        repacked.label().startTimeline(),
        repacked.label().checkpointLocation(),
        last.end(),
        last.timeline(),
        wal.startTime(),
        wal.endTime(),
        contents.tablespaces(),
        repacked.parts(),
        repacked.manifest(),
        repacked.files(),
        leftOut.warnings(List.of(), false));
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "walden-import");
    thread.setDaemon(true);
    return thread;
  }
}
