package dev.walden.examples.cli;

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
      RepairReport report = comparing ? storage.repairComparingBytes() : storage.repair();
      for (RepairReport.Copied copy : report.copies()) {
        System.out.printf(
            "%s: copied %d of %d objects, %d bytes; %d failed, %d differ%s%n",
            copy.name(),
            copy.objects(),
            report.objects(),
            copy.bytes(),
            copy.failed(),
            copy.divergences(),
            copy.compared() ? "" : "; not compared");
        copy.divergent().forEach(name -> System.out.println("  differs: " + name));
        if (!copy.error().isEmpty()) {
          System.out.println("  " + copy.error());
        }
      }
      return report.complete() ? 0 : 1;
    }
  }
}
