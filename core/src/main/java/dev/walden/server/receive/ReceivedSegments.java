package dev.walden.server.receive;

import dev.walden.CorruptFileException;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.ledger.Rest;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.StreamedOutlines;
import dev.walden.wal.record.SegmentObserver;
import dev.walden.wal.record.StreamVerifier;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was received of a stream and is not handed over to be archived: the segment that grows, and
 * those before it whose last record goes on in it. No byte is archived under a segment's name, or
 * as a piece of one, before the record that it belongs to is complete and found valid; but for the
 * rest of a record whose beginning came before this was made. For one thread.
 */
final class ReceivedSegments implements Closeable {
  private final ClusterIdentity cluster;
  private final SegmentPool pool;
  private final FlushLedger ledger;
  private final StreamedOutlines outlines = new StreamedOutlines();
  private final SegmentObserver observer;
  private final Deque<OpenSegment> full = new ArrayDeque<>();
  private @Nullable OpenSegment growing;
  private @Nullable StreamVerifier verifier;
  private int unforced;

  /**
   * @param outlined whether the outlines of segments are handed over with them
   */
  ReceivedSegments(
      ClusterIdentity cluster, boolean outlined, SegmentPool pool, FlushLedger ledger) {
    this.cluster = cluster;
    this.observer = outlined ? outlines : SegmentObserver.NONE;
    this.pool = pool;
    this.ledger = ledger;
  }

  /** Begins with a segment: what there is comes again, or is of no use. */
  void begin(TimelineId timeline, Lsn start) throws IOException {
    drop();
    WalSegment first = WalSegment.containing(timeline, start, cluster.segmentSize());
    verifier =
        verifier == null
            ? new StreamVerifier(cluster, first, observer)
            : verifier.restartedAt(first);
  }

  /** The first segment that is not handed over. */
  Optional<WalSegment> first() {
    OpenSegment first = full.isEmpty() ? growing : full.peek();
    return Optional.ofNullable(first).map(OpenSegment::segment);
  }

  /** How many bytes can be appended. */
  int room() {
    return growing == null ? 0 : growing.segment().size().bytes() - growing.length();
  }

  /**
   * Makes room for the segment that comes next.
   *
   * @return false if there was none in the time
   */
  boolean open(WalSegment segment, long milliseconds) throws IOException, InterruptedException {
    Optional<OpenSegment> room = pool.open(segment, full.size(), milliseconds);
    if (room.isEmpty()) {
      return false;
    }
    growing = room.get();
    if (full.isEmpty()) {
      openFirst();
    }
    return true;
  }

  /**
   * Takes the bytes that come next, for which there is room.
   *
   * @return whether they completed a segment
   * @throws CorruptFileException if they are damaged; what is valid before that is kept, and
   *     nothing else
   */
  boolean append(ByteBuffer data) throws IOException {
    OpenSegment segment = Objects.requireNonNull(growing, "a segment is opened first");
    try {
      verifier().accept(data.duplicate());
    } catch (CorruptFileException e) {
      keepValid(segment, data);
      throw e;
    }
    unforced += data.remaining();
    segment.append(data);
    boolean complete = segment.isComplete();
    if (complete) {
      force();
      full.add(segment);
      growing = null;
    }
    handOver(verified());
    return complete;
  }

  private void keepValid(OpenSegment segment, ByteBuffer data) throws IOException {
    long valid = verified().minus(segment.end());
    if (valid > 0) {
      unforced += (int) valid;
      segment.append(data.slice(data.position(), (int) valid));
    } else {
      segment.truncate(verifiedLength(segment));
    }
    handOver(verified());
  }

  /** How far what has come is valid. */
  Lsn verified() {
    return verifier().verified();
  }

  private StreamVerifier verifier() {
    return Objects.requireNonNull(verifier, "a stream begins first");
  }

  private int verifiedLength(OpenSegment segment) {
    long length = verified().minus(segment.segment().start());
    return (int) Math.max(0, Math.min(length, segment.length()));
  }

  /** Hands over the segments that end at a position or before it. */
  private void handOver(Lsn end) throws IOException {
    while (!full.isEmpty() && !full.peek().segment().end().isAfter(end)) {
      OpenSegment segment = full.remove();
      segment.complete();
      ledger.completed(segment, outlines.take(segment.segment()));
      openFirst();
      for (OpenSegment other : pool.diverged()) {
        ledger.partial(other);
      }
    }
  }

  private void openFirst() {
    OpenSegment next = full.isEmpty() ? growing : full.peek();
    if (next != null) {
      ledger.opened(next);
    }
  }

  /** How much was appended since the last force. */
  int unforced() {
    return unforced;
  }

  /** Makes what there is survive a crash, if it is in a spool. */
  void force() throws IOException {
    if (unforced > 0 && growing != null) {
      growing.force();
    }
    unforced = 0;
  }

  /**
   * Offers what is valid to be stored in pieces.
   *
   * @param immediately whether that does not wait for more
   */
  void offer(boolean immediately) {
    OpenSegment first = full.isEmpty() ? growing : full.peek();
    if (first != null) {
      ledger.verified(verifiedLength(first), immediately);
    }
  }

  /**
   * Ends the timeline. Full segments before the switch point are a part of what comes after it,
   * also if the last record there never was completed. What is valid of the next one is kept, as a
   * partial segment or in pieces, if it was acknowledged, or lies beyond the switch point, where
   * the next timeline does not repeat it.
   */
  void endTimeline(Lsn switchPoint) throws IOException {
    handOver(switchPoint);
    OpenSegment last = full.isEmpty() ? growing : full.remove();
    if (last == null) {
      return;
    }
    abandon(last, switchPoint);
    for (OpenSegment rest : full) {
      rest.discard();
    }
    if (growing != null && growing != last) {
      growing.discard();
    }
    full.clear();
    outlines.clear();
    growing = null;
    unforced = 0;
  }

  private void abandon(OpenSegment last, Lsn switchPoint) throws IOException {
    int valid = verifiedLength(last);
    boolean beyond = last.segment().start().plus(valid).isAfter(switchPoint);
    switch (ledger.policy().abandonment(valid, beyond)) {
      case NOTHING -> {
        ledger.abandoned(Optional.empty());
        last.discard();
      }
      case PARTIAL -> {
        ledger.abandoned(Optional.empty());
        last.truncate(valid);
        last.force();
        ledger.partial(last);
      }
      case REST -> {
        int from = ledger.storedInPieces();
        ledger.abandoned(last.copy(from, valid).map(bytes -> new Rest(from, bytes)));
        last.discard();
      }
    }
  }

  /** Forgets what there is; a spool keeps it. */
  void drop() throws IOException {
    ledger.dropped();
    for (OpenSegment segment : full) {
      segment.close();
    }
    if (growing != null) {
      growing.close();
    }
    full.clear();
    outlines.clear();
    growing = null;
    unforced = 0;
  }

  @Override
  public void close() throws IOException {
    drop();
  }
}
