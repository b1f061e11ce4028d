package dev.walden.server.receive.ledger;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * How far the receiver is on its timeline. The flush position only grows, but where a timeline is
 * entered before it, or a search has found that the archive holds less. Guarded by the ledger.
 */
final class FlushPositions {
  private @Nullable TimelineId timeline;
  private @Nullable Lsn first;
  private @Nullable Lsn began;
  private @Nullable Lsn received;
  private @Nullable Lsn flushed;

  Optional<TimelineId> timeline() {
    return Optional.ofNullable(timeline);
  }

  /**
   * Turns to a timeline. What was flushed on the one before, beyond the start of this one, is not
   * flushed here.
   *
   * @return whether it is another one
   */
  boolean enter(TimelineId next, Lsn start) {
    if (next.equals(timeline)) {
      return false;
    }
    timeline = next;
    flushed = flushed == null ? null : Lsn.min(flushed, start);
    return true;
  }

  /** All WAL before this, on the server's path and above the slot's position, is archived. */
  void located(Lsn start) {
    flushed = start;
  }

  /** A stream begins; until one has brought something, the next may begin elsewhere. */
  void began(Lsn start) {
    if (received == null || received.equals(first)) {
      first = start;
    }
    began = start;
    received = start;
  }

  void received(Lsn end) {
    received = end;
  }

  /** What was verified of the current stream is forced to the spool. */
  void spooled(Lsn end) {
    if (began != null && end.isAfter(began)) {
      flushed(end);
    }
  }

  void flushed(Lsn end) {
    flushed = flushed == null ? end : Lsn.max(flushed, end);
  }

  /**
   * Moves on, from the end of what is flushed, or from where that may begin.
   *
   * @param reach up to where WAL of a timeline is durable that begins at a position; that one, if
   *     none is
   */
  void flushedThrough(BiFunction<TimelineId, Lsn, Lsn> reach) {
    Lsn from = flushed == null ? first : flushed;
    if (timeline != null && from != null) {
      Lsn reached = reach.apply(timeline, from);
      flushed = reached.isAfter(from) ? reached : flushed;
    }
  }

  Positions snapshot(Optional<Lsn> archived) {
    return new Positions(
        timeline(),
        Optional.ofNullable(first),
        Optional.ofNullable(received),
        Optional.ofNullable(flushed),
        archived);
  }
}
