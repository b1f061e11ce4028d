package dev.walden.server.receive.ledger;

import dev.walden.server.receive.ledger.Work.WholeSegment;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalOutline;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The segments handed over to be archived as one file each, in order: several may be under way at
 * once, and {@link #archived} tells before which of them nothing is missing. Guarded by the ledger.
 */
final class ArchivingOrder {
  /** Where more segments wait, outlines are not kept: they can be made again. */
  private static final int MOST_OUTLINED = 16;

  private final Deque<WholeSegment> unfinished = new ArrayDeque<>();
  private final Deque<WholeSegment> waiting = new ArrayDeque<>();
  private long handedOver;
  private @Nullable TimelineId timeline;
  private @Nullable Lsn archived;

  /** Where the timeline begins, unless it is the first one; and the number of its first segment. */
  private @Nullable Lsn start;

  private long since;

  void add(OpenSegment segment, WalFileName name, Optional<WalOutline> outline) {
    Optional<WalOutline> kept = unfinished.size() < MOST_OUTLINED ? outline : Optional.empty();
    WholeSegment whole = new WholeSegment(segment, name, kept, handedOver++);
    unfinished.add(whole);
    waiting.add(whole);
  }

  /** Whether one waits to be taken. */
  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  /**
   * Takes the first one whose turn has come. The beginning of a segment that will never be complete
   * has no turn to wait for.
   */
  Optional<WholeSegment> take(Predicate<WalSegment> turn) {
    for (Iterator<WholeSegment> all = waiting.iterator(); all.hasNext(); ) {
      WholeSegment next = all.next();
      if (!next.isWhole() || turn.test(next.segment().segment())) {
        all.remove();
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  void done(WholeSegment whole) {
    whole.done();
    advance();
  }

  /**
   * Turns to a timeline: from now on only its segments move {@link #archived}. Once all before is
   * archived, everything is up to where it begins, as what came before was handed over; but for the
   * first timeline, before which there may be anything.
   */
  void enter(TimelineId next, Lsn begin) {
    boolean first = timeline == null;
    timeline = next;
    archived = null;
    start = first ? null : begin;
    since = first ? 0 : handedOver;
    advance();
  }

  private void advance() {
    while (!unfinished.isEmpty() && unfinished.peek().isDone()) {
      WholeSegment next = unfinished.remove();
      WalSegment segment = next.segment().segment();
      if (next.isWhole() && next.number >= since && segment.timeline().equals(timeline)) {
        archived = segment.end();
      }
    }
    boolean reached = unfinished.isEmpty() || unfinished.peek().number >= since;
    if (archived == null && start != null && reached) {
      archived = start;
    }
  }

  Optional<Lsn> archived() {
    return Optional.ofNullable(archived);
  }

  /** Whether everything handed over is archived and released. */
  boolean isIdle() {
    return unfinished.isEmpty();
  }

  /** The segments that are not done. */
  List<OpenSegment> unreleased() {
    return unfinished.stream().filter(whole -> !whole.isDone()).map(WholeSegment::segment).toList();
  }
}
