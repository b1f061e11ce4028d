package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.restore.Restore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Restores a cluster. */
@Command(
    name = "restore",
    description = "Write a data directory that recovers to the target when its server starts.")
public final class RestoreIntoCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;
  @Mixin private TargetOptions target;

  @Option(
      names = "--into",
      required = true,
      paramLabel = "DIR",
      description = "the data directory; must be absent or empty")
  private Path directory;

  @Option(
      names = "--tablespace",
      paramLabel = "OID=DIR",
      description = "the new location of a tablespace; may be repeated")
  private Map<Long, Path> tablespaces = new HashMap<>();

  @Option(
      names = "--wal-on-demand",
      description = "let the server fetch WAL with restore-command instead of copying it now")
  private boolean onDemand;

  @Option(
      names = "--replace-source",
      description = {
        "the server takes the place of the one that was backed up, which never runs again:",
        "it archives, runs subscriptions and waits for synchronous standbys as that one did"
      })
  private boolean replaceSource;

  @Override
  public Integer call() throws IOException {
    try (ArchiveStore store = archive.open()) {
      RecoveryPlan plan = target.plan(store);
      System.out.println(plan.explain());
      Restore restore = Restore.of(plan).from(store).into(directory);
      for (Map.Entry<Long, Path> tablespace : tablespaces.entrySet()) {
        restore = restore.tablespace(tablespace.getKey(), tablespace.getValue());
      }
      if (onDemand) {
        restore = restore.restoreCommand(RestoreCommandCommand.line(archive.again(store)));
      }
      if (replaceSource) {
        restore = restore.replaceSource();
      }
      System.out.print(restore.run().explain());
    }
    return 0;
  }
}
