package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.storage.copies.RepairReport;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the copies of an archive equal. */
@Command(
    name = "repair",
    description = {
      "Copy to each --archive what only others have, and list what differs.",
      "Exits with 1 if the copies still differ."
    })
public final class RepairCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;

  @Option(names = "--compare-bytes", description = "also read and compare what all copies have")
  private boolean comparing;

  @Override
  public Integer call() throws IOException {
    try (CopiedStorage storage = archive.copies()) {
      RepairReport report =
          comparing
              ? storage.repairComparingBytes(ArchiveStore.proof(archive.settings()))
              : storage.repair();
      for (RepairReport.Copied copy : report.copies()) {
        System.out.printf(
            "%s: copied %d of %d objects, %d bytes; %d failed, %d damaged, %d differ%s%n",
            copy.name(),
            copy.objects(),
            report.objects(),
            copy.bytes(),
            copy.failed(),
            copy.damaged().size(),
            copy.divergences(),
            copy.compared() ? "" : "; not compared");
        copy.damaged().forEach(RepairCommand::damaged);
        copy.divergent().forEach(name -> System.out.println("  differs: " + name));
        if (!copy.error().isEmpty()) {
          System.out.println("  " + copy.error());
        }
      }
      advise(report);
      return report.complete() ? 0 : 1;
    }
  }

  private static void damaged(RepairReport.Damage damage) {
    System.out.println("  damaged: " + damage.name() + ": " + damage.reason());
  }

  private void advise(RepairReport report) {
    if (report.copies().stream().anyMatch(copy -> !copy.damaged().isEmpty())) {
      System.out.println(
          "Remove what is damaged from the copy in which it is listed, and repair again.");
    }
    if (report.copies().stream().anyMatch(copy -> copy.divergences() > 0)) {
      System.out.println(
          "Of what differs, remove nothing yet: "
              + (comparing
                  ? "it cannot be told which is right. Encrypted objects need --identity."
                  : "--compare-bytes tells which is damaged."));
    }
    if (!comparing) {
      System.out.println("Names and lengths were compared, bytes were not: see --compare-bytes.");
    }
  }
}
