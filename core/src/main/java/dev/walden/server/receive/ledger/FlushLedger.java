package dev.walden.server.receive.ledger;

import dev.walden.archive.TailWriter;
import dev.walden.server.receive.ledger.Work.Kind;
import dev.walden.server.receive.ledger.Work.Piece;
import dev.walden.server.receive.ledger.Work.PieceRemoval;
import dev.walden.server.receive.ledger.Work.WholeSegment;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Everything the receiver knows of positions: what is verified, spooled, stored in pieces or whole,
 * or abandoned; and so up to where WAL is flushed, and what may be done next. The receiving thread
 * says what arrived, workers {@link #take} what may be done and say how it ended, and all waiting
 * happens here.
 *
 * <pre>
 *            opened        verified             completed            segmentStored      done
 *   (none) ─────────► open ────────► growing ──────────────► waiting ─────────────► whole ──► released
 *                      ▲                │ │  take(PIECE)       take(WHOLE)             take(REMOVAL)
 *                      └── dropped ─────┘ │  pieceStored
 *                     received again      └─ abandoned ─► rest, or partial ─► stored
 * </pre>
 *
 * <p>The flush position is told to a server, which may then remove the WAL before it: it is durable
 * as the {@link FlushPolicy} says, and nothing before it is missing, also if this process ends at
 * any moment. One lock, no I/O while it is held; safe for use by many threads.
 */
public final class FlushLedger {
  private final FlushPolicy policy;
  private final LongSupplier nanos;
  private final LedgerLock lock;

  // the rest is guarded by the lock
  private final FlushPositions positions = new FlushPositions();
  private final ArchivingOrder order = new ArchivingOrder();
  private final PieceSchedule pieces;
  private final Troubles troubles = new Troubles();

  /**
   * @param writers what stores the pieces of a segment; asked under {@link FlushPolicy.Pieces} only
   * @param nanos a clock like {@link System#nanoTime}
   */
  public FlushLedger(
      WalSegmentSize size,
      FlushPolicy policy,
      Function<WalSegment, TailWriter> writers,
      LongSupplier nanos) {
    this.policy = policy;
    this.nanos = nanos;
    this.pieces = new PieceSchedule(size, policy, writers, nanos.getAsLong());
    this.lock = new LedgerLock(nanos);
  }

  public FlushPolicy policy() {
    return policy;
  }

  /** All WAL before this, on the server's path and above the slot's position, is archived. */
  public void located(TimelineId timeline, Lsn start) {
    change(() -> enter(timeline, start), () -> positions.located(start));
  }

  /**
   * A stream begins there. All WAL before, since the first stream, was handed over or is received
   * again.
   */
  public void began(TimelineId timeline, Lsn start) {
    change(() -> enter(timeline, start), () -> positions.began(start));
  }

  /** The next stream begins there, on a timeline that the server has turned to. */
  public void entered(TimelineId timeline, Lsn start) {
    change(() -> enter(timeline, start), () -> positions.received(start));
  }

  private void enter(TimelineId timeline, Lsn start) {
    if (positions.enter(timeline, start)) {
      order.enter(timeline, start);
      pieces.entered(timeline);
    }
  }

  /** WAL up to here has arrived. */
  public void received(Lsn end) {
    lock.update(() -> positions.received(end));
  }

  /** Whether commits wait for this receiver: then no byte waits for more. */
  public void synchronous(boolean isSynchronous) {
    change(() -> pieces.synchronous(isSynchronous));
  }

  /** Of these segments there are pieces in the archive already. */
  public void begunBefore(Collection<WalSegment> segments) {
    change(() -> pieces.begunBefore(segments));
  }

  /**
   * A segment begins to be received, maybe not for the first time; those before are handed over.
   */
  public void opened(OpenSegment segment) {
    change(() -> pieces.opened(segment));
  }

  /**
   * So much of the open segment is verified.
   *
   * @param immediately whether it must not wait for more
   */
  public void verified(int length, boolean immediately) {
    lock.update(
        () -> {
          if (pieces.verified(length, immediately, nanos.getAsLong())) {
            lock.ready(Kind.PIECE);
          }
        });
  }

  /** All WAL of this stream before this is verified, and forced to where the spool is, if any. */
  public void spooled(Lsn end) {
    if (policy instanceof FlushPolicy.Spooled) {
      lock.update(() -> positions.spooled(end));
    }
  }

  /** A segment is complete and verified: from now on it belongs to the ledger's workers. */
  public void completed(OpenSegment segment, Optional<WalOutline> outline) {
    change(
        () -> pieces.completed(segment),
        () -> order.add(segment, segment.segment().fileName(), outline));
  }

  /** The beginning of a segment that will never be complete is to be archived as such. */
  public void partial(OpenSegment segment) {
    WalFileName name = new WalFileName.Partial(segment.segment().fileName());
    change(() -> order.add(segment, name, Optional.empty()));
  }

  /** How many bytes of the open segment are stored in pieces. */
  public int storedInPieces() {
    return lock.read(() -> pieces.stored());
  }

  /**
   * The open segment will never be complete.
   *
   * @param rest the bytes that are still to be stored in pieces, from {@link #storedInPieces} on
   */
  public void abandoned(Optional<Rest> rest) {
    change(() -> pieces.abandoned(rest));
  }

  /** The open segment's bytes can be read no longer: it will be received again, or never. */
  public void dropped() {
    change(pieces::dropped);
  }

  /** What is not complete will never be, unless its segment is opened again. */
  public void abandonIncomplete() {
    change(pieces::abandonIncomplete);
  }

  /**
   * Waits for something that may be done, at most so long.
   *
   * @return empty if there was nothing in the time, and once this has stopped or failed
   */
  public Optional<Work> take(Kind kind, Duration limit) throws InterruptedException {
    return lock.await(kind, limit, now -> next(kind, now), now -> dueIn(kind, now));
  }

  private Optional<? extends Work> next(Kind kind, long now) {
    if (!troubles.isOpen()) {
      return Optional.empty();
    }
    return switch (kind) {
      case WHOLE -> order.take(pieces::mayBeWhole);
      case PIECE -> pieces.take(now);
      case REMOVAL -> pieces.takeRemoval(now);
    };
  }

  private long dueIn(Kind kind, long now) {
    if (!troubles.isOpen()) {
      return LedgerLock.OVER;
    }
    return switch (kind) {
      case WHOLE -> PieceSchedule.NEVER;
      case PIECE -> pieces.dueIn(now);
      case REMOVAL -> pieces.removalDueIn(now);
    };
  }

  /** Whether there will be something to do. */
  public boolean isOpen() {
    return lock.read(troubles::isOpen);
  }

  /** A piece is durable. */
  public void pieceStored(Piece piece) {
    change(() -> pieces.stored(piece), () -> troubles.mended(Kind.PIECE));
  }

  /** A piece was not stored: it was not wanted any more, or its bytes could not be read. */
  public void released(Piece piece) {
    change(() -> pieces.released(piece));
  }

  /**
   * A segment is durable as one file; its bytes can still be read.
   *
   * @return whether it has pieces, so that the flush position may have moved
   */
  public boolean segmentStored(WholeSegment whole) {
    change(() -> pieces.segmentStored(whole, nanos.getAsLong()), () -> lock.ready(Kind.REMOVAL));
    return whole.pieces().isPresent();
  }

  /** A segment is archived, or the archive has another beginning of it; its room is free. */
  public void done(WholeSegment whole) {
    change(() -> order.done(whole), () -> troubles.mended(Kind.WHOLE));
  }

  /**
   * Pieces could not be removed.
   *
   * @return whether that will be tried again
   */
  public boolean removalFailed(PieceRemoval removal) {
    return lock.read(() -> pieces.removalFailed(removal, nanos.getAsLong()));
  }

  /**
   * Waits before something is tried again, at most so long; what makes that needless ends it.
   *
   * @param trouble what went wrong
   * @return whether it is to be tried again
   */
  public boolean pause(Work work, Duration wait, IOException trouble) throws InterruptedException {
    lock.update(() -> troubles.found(work.kind(), trouble));
    return lock.awaitWhile(wait, () -> isWanted(work));
  }

  /** Whether something that was taken is still of use. */
  public boolean isWanted(Work work) {
    return lock.read(
        () ->
            !troubles.isStopped()
                && (!(work instanceof Piece piece) || PieceSchedule.isWanted(piece)));
  }

  /** Something failed that trying again does not mend. */
  public void failed(IOException cause) {
    change(() -> troubles.failed(cause));
  }

  /** Throws what failed, if something did. */
  public void check() throws IOException {
    Optional<IOException> failure = lock.read(troubles::failure);
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  /** What is wrong with the storage now, as a kind of work has found. */
  public Optional<IOException> trouble(Kind kind) {
    return lock.read(() -> troubles.of(kind));
  }

  /** Where everything is now. */
  public Positions positions() {
    return lock.read(() -> positions.snapshot(order.archived()));
  }

  /** Waits until all segments handed over are done; false if that takes longer. */
  public boolean awaitDone(Duration limit) throws IOException, InterruptedException {
    boolean unfinished =
        lock.awaitWhile(limit, () -> troubles.failure().isEmpty() && !order.isIdle());
    check();
    return !unfinished;
  }

  /** Offers nothing more. */
  public void stop() {
    change(troubles::stop, pieces::dropped);
  }

  /** The segments that were handed over and are not done. */
  public List<OpenSegment> unreleased() {
    return lock.read(() -> order.unreleased());
  }

  /** After these, positions may be others, other work be possible, and some be needless. */
  private void change(Runnable... events) {
    lock.update(
        () -> {
          for (Runnable event : events) {
            event.run();
          }
          order.archived().ifPresent(positions::flushed);
          positions.flushedThrough(pieces::reach);
          if (order.isWaiting() || !troubles.isOpen()) {
            lock.ready(Kind.WHOLE);
          }
          if (!troubles.isOpen()) {
            lock.ready(Kind.REMOVAL);
          }
          lock.ready(Kind.PIECE);
          lock.changed();
        });
  }
}
