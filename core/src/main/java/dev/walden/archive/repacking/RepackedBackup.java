package dev.walden.archive.repacking;

import dev.walden.backup.BackupLabel;
import dev.walden.backup.BackupObject;
import dev.walden.backup.WalRange;
import java.util.List;

/**
 * The objects of a backup, durable, and found to be what its manifest says.
 *
 * @param label the backup's {@code backup_label}
 * @param wal the WAL that the backup needs, the newest timeline first
 * @param parts in the order to unpack in
 * @param arrived which of the cluster's own parts are in it
 */
public record RepackedBackup(
    BackupLabel label,
    List<WalRange> wal,
    List<BackupObject> parts,
    BackupObject files,
    BackupObject manifest,
    ArrivedParts arrived) {
  public RepackedBackup {
    wal = List.copyOf(wal);
    parts = List.copyOf(parts);
  }
}
