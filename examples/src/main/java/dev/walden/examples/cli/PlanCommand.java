package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.recovery.plan.RecoveryPlan;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows a proven recovery plan. */
@Command(name = "plan", description = "Show whether and how a target can be reached (dry run).")
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
