package dev.walden.wal.index;

import java.time.Instant;
import java.util.Optional;

/**
 * What a condensed outline omits. To find one of these, read the outlines of the single segments.
 *
 * @param checkpoints how many checkpoints: all but the first and the last
 * @param filesDropped how many commits removed files
 * @param filesDroppedTimes the lowest and highest time of these commits
 * @param databasesDropped how many databases were dropped, or removed from tablespaces
 * @param prepared how many prepared transactions also ended
 */
public record Omissions(
    long checkpoints,
    long filesDropped,
    Optional<Period> filesDroppedTimes,
    long databasesDropped,
    long prepared) {

  /** From one time to another, both inclusive. */
  public record Period(Instant lowest, Instant highest) {
    public Period {
      if (lowest.isAfter(highest)) {
        throw new IllegalArgumentException("not a period: " + lowest + " to " + highest);
      }
    }

    Period and(Period other) {
      return new Period(
          TransactionEnds.min(lowest, other.lowest), TransactionEnds.max(highest, other.highest));
    }
  }

  static final Omissions NONE = new Omissions(0, 0, Optional.empty(), 0, 0);

  public Omissions {
    if (Math.min(Math.min(checkpoints, filesDropped), Math.min(databasesDropped, prepared)) < 0
        || filesDroppedTimes.isPresent() != filesDropped > 0) {
      throw new IllegalArgumentException(
          "inconsistent omissions: " + filesDropped + " files dropped");
    }
  }

  Omissions and(Omissions other) {
    Optional<Period> times =
        filesDroppedTimes.isPresent() && other.filesDroppedTimes.isPresent()
            ? Optional.of(filesDroppedTimes.get().and(other.filesDroppedTimes.get()))
            : filesDroppedTimes.or(other::filesDroppedTimes);
    return new Omissions(
        checkpoints + other.checkpoints,
        filesDropped + other.filesDropped,
        times,
        databasesDropped + other.databasesDropped,
        prepared + other.prepared);
  }
}
