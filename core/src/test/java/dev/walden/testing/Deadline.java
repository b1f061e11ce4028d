package dev.walden.testing;

import java.time.Duration;

/** The end of a wait that polls every few milliseconds. */
final class Deadline {
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final long nanos;

  private Deadline(long nanos) {
    this.nanos = nanos;
  }

  static Deadline in(Duration wait) {
    return new Deadline(System.nanoTime() + wait.toNanos());
  }

  boolean passed() {
    return System.nanoTime() - nanos >= 0;
  }

  void pause() throws InterruptedException {
    Thread.sleep(PAUSE.toMillis());
  }
}
