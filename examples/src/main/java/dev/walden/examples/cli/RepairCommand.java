package dev.walden.examples.cli;

import dev.walden.storage.copies.CopiedStorage;
import dev.walden.storage.copies.RepairReport;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the copies of an archive the same. */
@Command(
    name = "repair",
    description = {
      "Brings each --archive what it lacks and another has, and names what differs.",
      "Ends with 1 if they are not the same afterwards."
    })
public final class RepairCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;

  @Option(names = "--compare-bytes", description = "read and compare what all have, too")
  private boolean comparing;

  @Override
  public Integer call() throws IOException {
    try (CopiedStorage storage = archive.copies()) {
      RepairReport report = comparing ? storage.repairComparingBytes() : storage.repair();
      for (RepairReport.Copied copy : report.copies()) {
        System.out.printf(
            "%s: %d of %d objects brought, %d bytes; %d failed, %d differ%s%n",
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
