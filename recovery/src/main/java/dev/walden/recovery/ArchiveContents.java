package dev.walden.recovery;

import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.WalInventory;
import dev.walden.backup.BackupId;
import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * All that a plan depends on: what an archive held when it was asked.
 *
 * @param backups the complete base backups, in any order
 */
public record ArchiveContents(ClusterIdentity cluster, WalInventory wal, List<BaseBackup> backups) {

  public ArchiveContents {
    backups = List.copyOf(backups);
    if (!wal.cluster().equals(cluster)) {
      throw new IllegalArgumentException("WAL of " + wal.cluster() + ", not of " + cluster);
    }
  }

  /**
   * Asks an archive; no segment and no part of a backup is read.
   *
   * @throws WrongClusterException if the archive holds a backup of another cluster
   */
  public static ArchiveContents read(ArchiveStore archive) throws IOException {
    List<BaseBackup> backups = archive.backups();
    for (BaseBackup backup : backups) {
      if (!backup.cluster().equals(archive.cluster())) {
        throw new WrongClusterException(
            archive + " holds backup " + backup.id() + " of " + backup.cluster());
      }
    }
    return new ArchiveContents(archive.cluster(), wal(archive), backups);
  }

  /**
   * What a server can get of an archive's WAL: of segments in pieces not the beginning of one that
   * a history says was filled, which {@link RestoreCommand} does not deliver.
   */
  static WalInventory wal(ArchiveStore archive) throws IOException {
    WalInventory wal = archive.inventory();
    return wal.withTails(
        tail ->
            tail.isComplete()
                || wal.histories().values().stream()
                    .noneMatch(history -> Absence.wentOn(history, tail.segment())));
  }

  Optional<BaseBackup> backup(BackupId id) {
    return backups.stream().filter(backup -> backup.id().equals(id)).findFirst();
  }
}
