package dev.walden.server.receive.ledger;

import dev.walden.archive.TailWriter;
import dev.walden.server.receive.ledger.FlushPolicy.Pieces;
import dev.walden.server.receive.ledger.Work.Piece;
import dev.walden.server.receive.ledger.Work.PieceRemoval;
import dev.walden.server.receive.ledger.Work.WholeSegment;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which piece of which segment is stored next. One piece is under way at a time; what is verified
 * meanwhile goes into the next one. Guarded by the ledger.
 *
 * <p>The order that keeps every acknowledged byte reachable: no piece of a segment before the
 * segments before it are stored completely, in pieces or whole; and no whole segment before one of
 * which there are pieces, and some are missing. Else a crash could leave those, though
 * acknowledged, before a hole.
 */
final class PieceSchedule {
  static final long NEVER = Long.MAX_VALUE;

  /** The most that is copied and stored at once. */
  static final int MAX_PIECE = 4 << 20;

  private final WalSegmentSize size;
  private final Optional<Pieces> policy;
  private final Function<WalSegment, TailWriter> writers;
  private final Map<WalSegment, Reception> receptions = new TreeMap<>();
  private final Set<WalSegment> begunBefore = new HashSet<>();
  private final Deque<Reception> rests = new ArrayDeque<>();
  private final PieceRemovals removals;
  private @Nullable Reception current;
  private @Nullable Reception underWay;
  private long waitingSince;
  private boolean synchronous;
  private boolean urgent;

  /**
   * @param policy under any but {@link Pieces} there is nothing to do
   * @param writers what stores the pieces of a segment
   */
  PieceSchedule(
      WalSegmentSize size, FlushPolicy policy, Function<WalSegment, TailWriter> writers, long now) {
    this.size = size;
    this.removals = new PieceRemovals(now);
    this.policy = policy instanceof Pieces pieces ? Optional.of(pieces) : Optional.empty();
    this.writers = writers;
  }

  /** Whether somebody waits for each byte to be durable: then none waits for more. */
  void synchronous(boolean isSynchronous) {
    synchronous = isSynchronous;
  }

  /** Of these segments there are pieces in the archive already. */
  void begunBefore(Collection<WalSegment> segments) {
    if (policy.isPresent()) {
      begunBefore.addAll(segments);
    }
  }

  /**
   * Turns to a timeline. Segments of others that are not complete never will be, also if a stream
   * that was to bring them again has ended before it did.
   */
  void entered(TimelineId timeline) {
    for (Reception one : receptions.values()) {
      one.abandoned |= !one.completed && !one.segment().timeline().equals(timeline);
    }
  }

  /** Turns to a segment that begins to be received, maybe not for the first time. */
  void opened(OpenSegment open) {
    if (policy.isEmpty()) {
      return;
    }
    WalSegment segment = open.segment();
    Reception before = receptions.get(segment);
    boolean begun = begunBefore.contains(segment) || before != null && before.begun;
    current = new Reception(open, writers.apply(segment), begun);
    urgent = false;
    receptions.put(segment, current);
    if (before != null) {
      before.replaced = true;
      rests.remove(before);
    }
  }

  /**
   * More of the open segment may be stored.
   *
   * @param immediately whether what there is must not wait for more
   * @return whether whoever waits for a piece must look again
   */
  boolean verified(int length, boolean immediately, long now) {
    if (current == null) {
      return false;
    }
    boolean begins = current.waiting() <= 0 && length > current.taken;
    if (begins) {
      waitingSince = now;
    }
    current.verified = Math.max(current.verified, length);
    urgent |= immediately && current.waiting() > 0;
    return underWay == null && (begins || dueIn(now) <= 0);
  }

  /** All of the open segment is verified, and handed over to be archived whole. */
  void completed(OpenSegment open) {
    if (current == null || current.open() != open) {
      return;
    }
    current.completed = true;
    current.verified = open.segment().size().bytes();
    int rest = current.waiting();
    // who waits for a commit at its end does not wait until the whole segment is archived
    int limit = synchronous ? 2 * MAX_PIECE : policy.orElseThrow().bytes();
    if (rest > 0 && rest <= limit && isTurn(open.segment(), false)) {
      rests.add(current);
    }
    dropped();
  }

  /** How many bytes of the open segment are stored. */
  int stored() {
    return current == null ? 0 : current.stored;
  }

  /**
   * The open segment will never be complete.
   *
   * @param rest what must still be stored of it
   */
  void abandoned(Optional<Rest> rest) {
    if (current != null) {
      current.abandoned = true;
      if (rest.isPresent() && !rest.get().isEmpty()) {
        current.rest(rest);
        current.verified = rest.get().to();
        rests.add(current);
      }
    }
    dropped();
  }

  /** The open segment's bytes can be read no longer. If it was cut off, it will come again. */
  void dropped() {
    current = null;
    urgent = false;
  }

  /** What is not complete will never be, unless its segment is opened again. */
  void abandonIncomplete() {
    dropped();
    for (Reception one : receptions.values()) {
      one.abandoned |= !one.isClosed();
    }
  }

  /** Whether a segment may be archived whole. */
  boolean mayBeWhole(WalSegment segment) {
    return isTurn(segment, true);
  }

  private boolean isTurn(WalSegment segment, boolean whole) {
    for (Reception one : receptions.values()) {
      if (isBefore(one.segment(), segment) && !one.isClosed() && (one.begun || !whole)) {
        return false;
      }
    }
    return true;
  }

  /** Whether one may come before the other in a history: a child's number is always the larger. */
  private static boolean isBefore(WalSegment one, WalSegment other) {
    return one.number() < other.number() && one.timeline().compareTo(other.timeline()) <= 0;
  }

  /** Takes the next piece, if one is due. */
  Optional<Piece> take(long now) {
    if (dueIn(now) > 0) {
      return Optional.empty();
    }
    Reception rest = rests.peek();
    if (rest != null) {
      return Optional.of(take(rest, rest.stored));
    }
    Reception open = Objects.requireNonNull(current, "nothing is due without an open segment");
    // where a piece repeats those before it, so that there are not ten thousand of them
    Piece piece = take(open, open.writer().next());
    urgent &= open.waiting() > 0;
    return Optional.of(piece);
  }

  private Piece take(Reception of, int from) {
    of.taken = Math.min(of.verified, from + MAX_PIECE);
    of.begun = true;
    underWay = of;
    return new Piece(of, from, of.taken);
  }

  /** After how long the next piece is due if nothing happens; {@link #NEVER} if none is. */
  long dueIn(long now) {
    if (underWay != null) {
      return NEVER;
    }
    if (!rests.isEmpty()) {
      return 0;
    }
    if (current == null || current.waiting() <= 0 || !isTurn(current.segment(), false)) {
      return NEVER;
    }
    Pieces grouping = policy.orElseThrow();
    boolean due = synchronous || urgent || current.waiting() >= grouping.bytes();
    return due ? 0 : Math.max(0, waitingSince + grouping.interval().toNanos() - now);
  }

  /** Whether a piece under way is of any use. */
  static boolean isWanted(Piece piece) {
    return piece.of.isWanted();
  }

  /** A piece is durable. */
  void stored(Piece piece) {
    Reception of = piece.of;
    of.stored = piece.to();
    ended(of);
    if (of.stored == of.verified) {
      rests.remove(of);
      of.rest(Optional.empty());
    }
  }

  /** A piece was not stored, as nobody needs it, or as its bytes cannot be read there any more. */
  void released(Piece piece) {
    Reception of = piece.of;
    ended(of);
    of.taken = of.stored;
    if (of.rest().isEmpty()) {
      rests.remove(of);
    }
  }

  private void ended(Reception of) {
    underWay = underWay == of ? null : underWay;
  }

  /** A whole segment is archived: its pieces are needed no more. */
  void segmentStored(WholeSegment whole, long now) {
    Reception of = whole.isWhole() ? receptions.get(whole.segment().segment()) : null;
    if (of != null) {
      of.whole = true;
      rests.remove(of);
      whole.pieces(of.writer());
      removals.add(of, now);
    }
  }

  /** Takes pieces to remove, if there are any now. */
  Optional<PieceRemoval> takeRemoval(long now) {
    return removals.take(receptions.values(), busy(), now);
  }

  /** After how long there may be pieces to remove. */
  long removalDueIn(long now) {
    return policy.isEmpty() ? NEVER : removals.dueIn(busy(), now);
  }

  private Optional<TailWriter> busy() {
    return Optional.ofNullable(underWay).map(Reception::writer);
  }

  /**
   * @return whether it will be tried again
   */
  boolean removalFailed(PieceRemoval removal, long now) {
    return removals.failed(removal, now);
  }

  /** How far everything is durable, if it is up to {@code from}. */
  Lsn reach(TimelineId timeline, Lsn from) {
    receptions.values().removeIf(one -> one.whole && !one.end().isAfter(from));
    Lsn reached = from;
    while (true) {
      Reception one = receptions.get(WalSegment.containing(timeline, reached, size));
      if (one == null || !one.end().isAfter(reached)) {
        return reached;
      }
      reached = one.end();
    }
  }
}
