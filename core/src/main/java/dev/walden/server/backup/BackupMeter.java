package dev.walden.server.backup;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Reports a backup's progress to a listener, at most once a second while bytes arrive. */
final class BackupMeter {
  private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

  private final Consumer<BackupProgress> listener;
  private OptionalLong estimate = OptionalLong.empty();
  private long bytes;
  private long lastReport;

  BackupMeter(Consumer<BackupProgress> listener) {
    this.listener = listener;
  }

  void phase(BackupProgress.Phase phase) {
    lastReport = System.nanoTime();
    listener.accept(new BackupProgress(phase, bytes, estimate));
  }

  void copying(OptionalLong estimatedBytes) {
    estimate = estimatedBytes;
    phase(BackupProgress.Phase.COPYING);
  }

  void add(int more) {
    bytes += more;
    if (System.nanoTime() - lastReport >= INTERVAL) {
      phase(BackupProgress.Phase.COPYING);
    }
  }
}
