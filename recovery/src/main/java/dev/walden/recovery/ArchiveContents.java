package dev.walden.recovery;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.BackupListing;
import dev.walden.archive.inventory.WalInventory;
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
 * @param unusable those that no plan may use
 */
public record ArchiveContents(
    ClusterIdentity cluster,
    WalInventory wal,
    List<BaseBackup> backups,
    List<BackupListing.Unusable> unusable) {

  public ArchiveContents {
    backups = List.copyOf(backups);
    unusable = List.copyOf(unusable);
    if (!wal.cluster().equals(cluster)) {
      throw new IllegalArgumentException("WAL of " + wal.cluster() + ", not of " + cluster);
    }
  }

  /** All backups can be used. */
  public ArchiveContents(ClusterIdentity cluster, WalInventory wal, List<BaseBackup> backups) {
    this(cluster, wal, backups, List.of());
  }

  /** Asks an archive; no segment and no part of a backup is read. */
  public static ArchiveContents read(ArchiveStore archive) throws IOException {
    BackupListing listing = archive.backups();
    return new ArchiveContents(
        archive.cluster(), archive.inventory().withTails(), listing.usable(), listing.unusable());
  }

  public Optional<BaseBackup> backup(BackupId id) {
    return backups.stream().filter(backup -> backup.id().equals(id)).findFirst();
  }

  /** Why a backup cannot be used, if that is so. */
  public Optional<String> whyUnusable(BackupId id) {
    return unusable.stream()
        .filter(backup -> backup.id().equals(id))
        .map(BackupListing.Unusable::reason)
        .findFirst();
  }
}
