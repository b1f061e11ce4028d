package dev.walden.server.receive.ledger;

import dev.walden.archive.TailWriter;
import dev.walden.server.receive.ledger.Work.PieceRemoval;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Which pieces may be removed: those of segments that are archived whole, and every few seconds
 * those that larger pieces repeat. Guarded by the ledger.
 */
final class PieceRemovals {
  private static final int MOST_TRIES = 6;
  private static final long PAUSE = Duration.ofSeconds(5).toNanos();

  private final List<Due> needless = new ArrayList<>();
  private final Deque<PieceRemoval> repeated = new ArrayDeque<>();
  private long nextRepeated;

  private record Due(PieceRemoval removal, long at) {
    boolean isPossible(Optional<TailWriter> busy) {
      return busy.filter(one -> one == removal.pieces()).isEmpty();
    }
  }

  PieceRemovals(long now) {
    nextRepeated = now + PAUSE;
  }

  /** A segment is archived whole. */
  void add(Reception of, long now) {
    needless.add(new Due(new PieceRemoval(of.writer(), true, 0), now));
  }

  /**
   * Takes what may be removed now.
   *
   * @param receptions all that may have pieces
   * @param busy what is storing a piece, so that its pieces are not all known yet
   */
  Optional<PieceRemoval> take(
      Collection<Reception> receptions, Optional<TailWriter> busy, long now) {
    for (Iterator<Due> all = needless.iterator(); all.hasNext(); ) {
      Due due = all.next();
      if (due.at - now <= 0 && due.isPossible(busy)) {
        all.remove();
        return Optional.of(due.removal);
      }
    }
    if (repeated.isEmpty() && nextRepeated - now <= 0) {
      nextRepeated = now + PAUSE;
      receptions.forEach(one -> repeated.add(new PieceRemoval(one.writer(), false, 0)));
    }
    return Optional.ofNullable(repeated.poll());
  }

  /** After how long there may be something to remove. */
  long dueIn(Optional<TailWriter> busy, long now) {
    long due = repeated.isEmpty() ? nextRepeated - now : 0;
    for (Due one : needless) {
      due = one.isPossible(busy) ? Math.min(due, one.at - now) : due;
    }
    return Math.max(0, due);
  }

  /**
   * @return whether it will be tried again
   */
  boolean failed(PieceRemoval removal, long now) {
    boolean again = removal.all() && removal.tries() + 1 < MOST_TRIES;
    if (again) {
      needless.add(
          new Due(new PieceRemoval(removal.pieces(), true, removal.tries() + 1), now + PAUSE));
    }
    return again;
  }
}
