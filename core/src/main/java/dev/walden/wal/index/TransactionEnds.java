package dev.walden.wal.index;

import dev.walden.wal.index.TransactionEnds.Times;
import java.time.Instant;
import java.util.Optional;

/**
 * The ends of transactions: commits and aborts, also of prepared transactions, and rollbacks of
 * subtransactions. Recovery to a time or a transaction examines these records.
 *
 * @param count how many such records
 * @param times their times; empty if there are none
 * @param xids the transactions that ended, the prepared ones, and the subtransactions of both: a
 *     transaction outside this range has no end here
 */
public record TransactionEnds(long count, Optional<Times> times, XidRange xids) {
  /** No transaction ended. */
  public static final TransactionEnds NONE =
      new TransactionEnds(0, Optional.empty(), XidRange.NONE);

  public TransactionEnds {
    if (count < 0 || times.isPresent() != count > 0) {
      throw new IllegalArgumentException(count + " transactions with times " + times);
    }
  }

  /**
   * Times of transaction ends by the server's clock, to the microsecond, not necessarily in WAL
   * order.
   *
   * @param first the first record's time
   * @param last the last record's time
   */
  public record Times(Instant first, Instant last, Instant lowest, Instant highest) {
    public Times {
      if (lowest.isAfter(min(first, last)) || highest.isBefore(max(first, last))) {
        throw new IllegalArgumentException(
            "times from " + lowest + " to " + highest + " cannot begin with " + first);
      }
    }

    Times followedBy(Times next) {
      return new Times(first, next.last, min(lowest, next.lowest), max(highest, next.highest));
    }
  }

  TransactionEnds followedBy(TransactionEnds next) {
    Optional<Times> all =
        times.isPresent() && next.times.isPresent()
            ? Optional.of(times.get().followedBy(next.times.get()))
            : times.or(next::times);
    return new TransactionEnds(count + next.count, all, xids.and(next.xids));
  }

  static Instant min(Instant a, Instant b) {
    return a.isAfter(b) ? b : a;
  }

  static Instant max(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
