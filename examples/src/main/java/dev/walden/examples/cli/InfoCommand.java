package dev.walden.examples.cli;

import dev.walden.WrongKeyException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.BackupListing;
import dev.walden.recovery.WalGap;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.points.RecoverablePoints;
import dev.walden.recovery.points.TimelineCoverage;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what an archive holds. */
@Command(name = "info", description = "Show what the archive holds and what can be recovered.")
public final class InfoCommand implements Callable<Integer> {
  @Mixin private ArchiveOptions archive;

  @Override
  public Integer call() throws IOException {
    try (ArchiveStore store = archive.open()) {
      System.out.println(store);
      var wal = store.inventory();
      for (var timeline : wal.timelines()) {
        wal.ranges(timeline).forEach(range -> System.out.println("WAL of " + range));
      }
      wal.tails().stream()
          .filter(tail -> !wal.contains(tail.segment()))
          .forEach(tail -> System.out.println("WAL of " + tail.segment() + " up to " + tail.end()));
      wal.gaps().forEach(gap -> System.out.println("no WAL of " + gap));
      BackupListing backups = store.backups();
      for (var backup : backups.usable()) {
        System.out.printf(
            "backup %s from %s to %s, ended %s, %d MB stored%n",
            backup.id(),
            backup.startLsn(),
            backup.endLsn(),
            backup.endTime(),
            backup.storedBytes() >> 20);
        backup.warnings().forEach(warning -> System.out.println("  warning: " + warning));
      }
      for (var backup : backups.unusable()) {
        System.out.printf("backup %s cannot be used: %s%n", backup.id(), backup.reason());
      }
      recoverable(store);
    }
    return 0;
  }

  private static void recoverable(ArchiveStore store) throws IOException {
    try {
      List<TimelineCoverage> coverage = RecoverablePoints.of(store).everyTimeline().coverage();
      System.out.println("recoverable:");
      coverage.forEach(one -> one.ranges().forEach(range -> System.out.println("  " + range)));
      // timelines share what lies before they part
      Set<WalGap> gaps = new LinkedHashSet<>();
      coverage.forEach(one -> gaps.addAll(one.gaps()));
      gaps.forEach(gap -> System.out.println("  " + gap));
    } catch (WrongKeyException e) {
      System.out.println("recoverable, by names alone, since no --identity opens the WAL:");
      RecoveryPlanner.of(store)
          .byInventory()
          .recoverable()
          .forEach(range -> System.out.println("  " + range));
    }
  }
}
