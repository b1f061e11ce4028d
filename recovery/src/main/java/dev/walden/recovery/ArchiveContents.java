package dev.walden.recovery;

import dev.walden.UnencryptedObjectException;
import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.backup.BackupId;
import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a plan depends on: what an archive held when it was asked.
 *
 * @param backups the complete base backups, in any order
 */
public record ArchiveContents(ClusterIdentity cluster, WalInventory wal, List<BaseBackup> backups) {

  private static final Logger LOG = LoggerFactory.getLogger(ArchiveContents.class);

  public ArchiveContents {
    backups = List.copyOf(backups);
    if (!wal.cluster().equals(cluster)) {
      throw new IllegalArgumentException("WAL of " + wal.cluster() + ", not of " + cluster);
    }
  }

  /**
   * Asks an archive; no segment and no part of a backup is read. Backups that must be encrypted and
   * are not are left out, with a warning in the log.
   *
   * @throws WrongClusterException if the archive holds a backup of another cluster
   */
  public static ArchiveContents read(ArchiveStore archive) throws IOException {
    List<BaseBackup> backups = new ArrayList<>();
    for (BaseBackup backup : archive.backups()) {
      if (!backup.cluster().equals(archive.cluster())) {
        throw new WrongClusterException(
            archive + " holds backup " + backup.id() + " of " + backup.cluster());
      }
      try {
        archive.requireEncrypted(backup);
        backups.add(backup);
      } catch (UnencryptedObjectException e) {
        LOG.warn("backup {} is left out: {}", backup.id(), e.getMessage());
      }
    }
    return new ArchiveContents(archive.cluster(), archive.inventory().withTails(), backups);
  }

  public Optional<BaseBackup> backup(BackupId id) {
    return backups.stream().filter(backup -> backup.id().equals(id)).findFirst();
  }
}
