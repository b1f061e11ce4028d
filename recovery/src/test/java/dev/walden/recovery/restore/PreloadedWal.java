package dev.walden.recovery.restore;

import dev.walden.archive.ArchiveStore;
import dev.walden.recovery.plan.RecoveryPlan;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

/** For tests in other packages: puts the planned WAL into {@code pg_wal} as a restore does. */
public final class PreloadedWal {
  private PreloadedWal() {}

  public static void put(ArchiveStore archive, RecoveryPlan plan, Path data) throws Exception {
    BackupUnpacker sink =
        new BackupUnpacker(RestorePaths.of(plan.backup(), data, Map.of()), (done, total) -> {}, 0);
    for (Callable<Void> task :
        new PgWalPreload(archive, plan, sink, data.resolve("pg_wal")).tasks()) {
      task.call();
    }
  }
}
