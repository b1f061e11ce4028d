package dev.walden.server.protocol;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Runs an action if a write takes too long. One write at a time. A timer per write would wake a
 * thread per write, so one timer also covers the writes that follow.
 */
final class WriteWatchdog {
  private final Runnable late;
  private boolean writing;
  private boolean passed;
  private long deadline;
  private boolean timed;
  private long wakes;

  WriteWatchdog(Runnable late) {
    this.late = late;
  }

  synchronized void begin(long limitNanos) {
    long now = System.nanoTime();
    writing = true;
    passed = false;
    deadline = now + limitNanos;
    if (!timed || deadline - wakes < 0) {
      wakeAt(now, deadline);
    }
  }

  /** Whether the write took too long. */
  synchronized boolean end() {
    writing = false;
    return passed;
  }

  private void wakeAt(long now, long time) {
    timed = true;
    wakes = time;
    Executor timer =
        CompletableFuture.delayedExecutor(time - now, TimeUnit.NANOSECONDS, Runnable::run);
    timer.execute(() -> wake(time));
  }

  private void wake(long time) {
    synchronized (this) {
      if (time != wakes) {
        return; // another timer is active
      }
      timed = false;
      long now = System.nanoTime();
      if (!writing) {
        return;
      }
      if (deadline - now > 0) {
        wakeAt(now, deadline);
        return;
      }
      passed = true;
    }
    late.run();
  }
}
