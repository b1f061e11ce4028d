package dev.walden.recovery.points;

import dev.walden.wal.index.WalOutline;
import java.time.Instant;

/** From one time to another; both belong to it. */
record TimeRange(Instant from, Instant to) {
  TimeRange {
    if (from.isAfter(to)) {
      throw new IllegalArgumentException(
          "the time range must not end before it begins: " + from + " to " + to);
    }
  }

  boolean contains(Instant time) {
    return meets(time, time);
  }

  boolean meets(Instant lowest, Instant highest) {
    return !highest.isBefore(from) && !lowest.isAfter(to);
  }

  /** Whether a transaction may have ended in it. */
  boolean meets(WalOutline outline) {
    return outline.transactions().times().map(t -> meets(t.lowest(), t.highest())).orElse(false);
  }
}
