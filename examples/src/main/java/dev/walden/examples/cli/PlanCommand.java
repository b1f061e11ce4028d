package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.recovery.plan.RecoveryPlan;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Proves a recovery plan. */
@Command(
    name = "plan",
    description = "Says whether and how the cluster can be brought to a target. Moves nothing.")
public final class PlanCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;
  @Mixin private TargetOptions target;

  @Option(names = "--json", description = "print the plan as JSON")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    try (ArchiveStore store = archive.open()) {
      RecoveryPlan plan = target.plan(store);
      System.out.print(json ? plan.toJson().toString() : plan.explain() + "\n");
    }
    return 0;
  }
}
