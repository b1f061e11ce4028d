package dev.walden.benchmarks;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import java.io.IOException;
import java.nio.file.Path;

/** Restores the only backup of an archive, without WAL. */
public final class RestoreBackup {
  private RestoreBackup() {}

  /** Arguments: the archive's folder, and a new one for the data directory. */
  public static void main(String[] arguments) throws IOException {
    try (ArchiveStore archive =
        ArchiveStore.open(
            FileSystemStorage.at(Path.of(arguments[0])), ArchiveSettings.defaults())) {
      RecoveryPlan plan = RecoveryPlanner.of(archive).plan(new RecoveryTarget.Immediate());
      Restore.of(plan).from(archive).into(Path.of(arguments[1])).restoreCommand("false").run();
    }
  }
}
