package dev.walden.examples;

import dev.walden.recovery.plan.RecoveryPlan;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Prints the steps as they happen. */
final class Story {
  private int number;

  /** Prints a step, runs it, and prints how long it took. */
  <T> T step(String what, Callable<T> work) throws Exception {
    System.out.printf("%2d. %s … ", ++number, what);
    System.out.flush();
    long start = System.nanoTime();
    T result = work.call();
    double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    System.out.printf(Locale.ROOT, "%.1f s%n", seconds);
    return result;
  }

  void say(String what) {
    System.out.printf("%2d. %s%n", ++number, what);
  }

  void detail(String format, Object... arguments) {
    System.out.println("      " + String.format(Locale.ROOT, format, arguments));
  }

  static String bytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  /** Prints how to open the archive without Walden. */
  void byHand(Path archive, Path key, RecoveryPlan plan) {
    String root = archive + "/" + plan.cluster().systemIdentifier();
    String segment = plan.segments().findFirst().orElseThrow().toString();
    System.out.printf(
        "%nThe archive also opens without Walden (docs/recovery-by-hand.md):%n"
            + "  jq . %s/backup/%s/backup.json%n"
            + "  age -d -i %s %s/backup/%2$s/%s | zstd -d | tar tv%n"
            + "  age -d -i %3$s %1$s/wal/%s/%s/%s.zst.age | zstd -d > %s%n",
        root,
        plan.backup().id(),
        key,
        root,
        plan.backup().parts().get(0).name(),
        segment.substring(0, 8),
        segment.substring(0, 16),
        segment,
        segment);
  }

  void end(Path directory) {
    System.out.printf("%nAll of this is in %s; remove it when you are done.%n", directory);
  }
}
