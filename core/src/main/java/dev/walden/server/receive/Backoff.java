package dev.walden.server.receive;

import java.time.Duration;
import java.util.Random;

/**
 * Waits that double from one to the next, up to a limit, with up to half of each left to chance.
 */
final class Backoff {
  private final Duration first;
  private final Duration limit;
  private final Random random;
  private Duration next;

  Backoff(Duration first, Duration limit, Random random) {
    this.first = first;
    this.limit = limit;
    this.random = random;
    this.next = first;
  }

  /** What to wait now. */
  Duration next() {
    Duration now = next;
    next = now.multipliedBy(2).compareTo(limit) < 0 ? now.multipliedBy(2) : limit;
    long half = Math.max(1, now.toMillis() / 2);
    return Duration.ofMillis(half + random.nextLong(half + 1));
  }

  /** The next wait is the shortest again. */
  void reset() {
    next = first;
  }
}
