package dev.walden.archive;

import dev.walden.backup.BackupId;
import dev.walden.backup.BaseBackup;
import java.util.List;

/**
 * The complete base backups of an archive. One that is damaged, forged or of another format hurts
 * nothing but itself.
 *
 * @param usable oldest first
 * @param unusable those of which {@code backup.json} cannot be used, oldest first
 */
public record BackupListing(List<BaseBackup> usable, List<Unusable> unusable) {
  public BackupListing {
    usable = List.copyOf(usable);
    unusable = List.copyOf(unusable);
  }

  /** Whether there is none at all. */
  public boolean isEmpty() {
    return usable.isEmpty() && unusable.isEmpty();
  }

  /**
   * A base backup that is there, and cannot be used.
   *
   * @param reason for people, as a sentence without a full stop, which names the object
   */
  public record Unusable(BackupId id, String reason) {}
}
