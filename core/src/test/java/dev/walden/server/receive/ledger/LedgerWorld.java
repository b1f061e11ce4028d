package dev.walden.server.receive.ledger;

import static dev.walden.server.receive.ledger.DurableModel.SIZE;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.server.receive.ledger.DurableModel.StoredPiece;
import dev.walden.server.receive.ledger.Work.Kind;
import dev.walden.server.receive.ledger.Work.Piece;
import dev.walden.server.receive.ledger.Work.PieceRemoval;
import dev.walden.server.receive.ledger.Work.WholeSegment;
import dev.walden.server.receive.spool.EmptySegments;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A receiver without threads, bytes and a server: it tells a ledger what happens, in any order,
 * does what the ledger offers, and holds what the ledger says against what is durable after each
 * step.
 */
final class LedgerWorld {
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(1), SIZE, PgVersion.PG_17);

  private final FlushPolicy policy;
  private final ArchiveStore archive;
  private final DurableModel model;
  private long nanos;

  /** What the slot keeps: the last position that the server was told. */
  private Lsn told;

  // a process, until it crashes
  private FlushLedger ledger;
  private List<Work> underWay = new ArrayList<>();
  private Map<OpenSegment, Integer> lengths = new HashMap<>();
  private Deque<OpenSegment> full = new ArrayDeque<>();

  /** Segments whose bytes can be read no longer. */
  private final Set<OpenSegment> gone = new HashSet<>();

  /** How much of an abandoned segment must still be stored in pieces. */
  private final Map<WalSegment, Integer> kept = new HashMap<>();

  private OpenSegment growing;
  private TimelineId timeline;
  private Lsn received;
  private Lsn verified;
  private Lsn before;

  LedgerWorld(FlushPolicy policy) throws IOException {
    this.policy = policy;
    this.archive =
        ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), CLUSTER);
    this.model = new DurableModel(SIZE.startOf(3));
    this.told = model.base;
    start(false);
  }

  /** One thing happens. */
  void happen(int what, int how) throws Exception {
    switch (what) {
      case 0, 1, 2 -> receive(how);
      case 3 -> {
        nanos += Duration.ofMillis(how % 3000).toNanos();
        force();
      }
      case 4, 5 -> put(how % 2 == 0);
      case 6 -> take(Kind.PIECE);
      case 7, 8 -> take(Kind.WHOLE);
      case 9, 10, 11 -> finish(how);
      case 12 -> take(Kind.REMOVAL);
      case 13 -> ledger.synchronous(how % 2 == 0);
      case 14 -> {
        receive(1);
        put(true);
        take(Kind.PIECE);
      }
      default -> interrupt(how / 8, how % 8);
    }
    check();
  }

  private void interrupt(int how, int what) throws Exception {
    switch (what) {
      case 0 -> switchTimeline(how);
      case 1 -> relocate();
      case 2 -> crash(how);
      default -> reconnect();
    }
  }

  private void check() {
    Positions now = ledger.positions();
    now.flushed().ifPresent(model::assertDurable);
    if (before != null && now.timeline().equals(Optional.of(timeline))) {
      assertFalse(now.flushed().orElseThrow().isBefore(before), "the flush position went back");
    }
    if (now.flushed().isPresent()) {
      before = now.flushed().get();
      told = Lsn.max(told, before);
    }
  }

  private void receive(int how) {
    long count = how % 4 == 0 ? (1 + how / 4 % 3) * (long) SIZE.bytes() - how : how % 5000 + 1;
    while (count > 0) {
      int fits = (int) Math.min(count, room());
      take(fits);
      count -= fits;
      // the last record may not be complete, for several segments
      if (how % 7 != 0) {
        verified = how % 3 == 0 ? received : Lsn.max(verified, received.plus(-(how % 2000)));
      }
      handOver(verified);
    }
    ledger.received(received);
  }

  private int room() {
    return SIZE.bytes() - SIZE.offset(received);
  }

  /** Takes bytes that fit into the segment. */
  private void take(int count) {
    if (growing == null) {
      growing = EmptySegments.of(WalSegment.containing(timeline, received, SIZE));
      lengths.put(growing, 0);
      if (full.isEmpty()) {
        open(growing);
      }
    }
    lengths.merge(growing, count, Integer::sum);
    received = received.plus(count);
    if (lengths.get(growing) == SIZE.bytes()) {
      spool(growing);
      full.add(growing);
      growing = null;
    }
  }

  private void spool(OpenSegment segment) {
    if (policy instanceof FlushPolicy.Spooled) {
      model.spooled.merge(segment.segment(), lengths.get(segment), Math::max);
    }
  }

  private void handOver(Lsn end) {
    while (!full.isEmpty() && !full.peek().segment().end().isAfter(end)) {
      OpenSegment segment = full.remove();
      if (policy instanceof FlushPolicy.Spooled) {
        model.spooledWhole.add(segment.segment());
      }
      ledger.completed(segment, Optional.empty());
      OpenSegment next = full.isEmpty() ? growing : full.peek();
      if (next != null) {
        open(next);
      }
    }
  }

  private void open(OpenSegment first) {
    // one that comes again is kept by what comes
    kept.remove(first.segment());
    ledger.opened(first);
  }

  private void force() {
    if (growing != null) {
      spool(growing);
    }
    ledger.spooled(verified);
  }

  private void put(boolean immediately) {
    OpenSegment first = full.isEmpty() ? growing : full.peek();
    if (first != null) {
      ledger.verified(verifiedLength(first), immediately);
    }
  }

  private int verifiedLength(OpenSegment segment) {
    long length = verified.minus(segment.segment().start());
    return (int) Math.max(0, Math.min(length, lengths.get(segment)));
  }

  private void take(Kind kind) throws InterruptedException {
    ledger.take(kind, Duration.ZERO).ifPresent(underWay::add);
  }

  /** Ends one thing that is under way: done, done but not known, not done, or given up. */
  private void finish(int how) throws Exception {
    if (underWay.isEmpty()) {
      return;
    }
    Work work = underWay.remove(how % underWay.size());
    if (work instanceof Piece piece && gone.contains(piece.of.open()) && how % 2 == 0) {
      // its bytes could not be copied any more
      ledger.released(piece);
      return;
    }
    boolean again = how % 5 == 0 || how % 5 == 1;
    if (how % 5 != 0) {
      effect(work);
    }
    if (!again) {
      report(work);
    } else if (ledger.pause(work, Duration.ZERO, new IOException("away"))) {
      underWay.add(work);
    } else if (work instanceof Piece piece) {
      ledger.released(piece);
    }
  }

  private void effect(Work work) throws IOException {
    if (work instanceof Piece piece) {
      if (piece.writer().end() < piece.to()) {
        piece.writer().put(piece.from(), new byte[piece.to() - piece.from()]);
      }
      model.store(piece.segment(), new StoredPiece(piece.writer(), piece.from(), piece.to()));
    } else if (work instanceof WholeSegment whole && whole.isWhole()) {
      model.storeWhole(whole.segment().segment(), policy instanceof FlushPolicy.Pieces);
    } else if (work instanceof WholeSegment whole) {
      // another one of that name is not overwritten
      model.partial.merge(whole.segment().segment(), lengths.get(whole.segment()), Math::max);
    } else if (work instanceof PieceRemoval removal && removal.all()) {
      Collection<List<StoredPiece>> all = model.pieces.values();
      all.forEach(pieces -> pieces.removeIf(piece -> piece.run() == removal.pieces()));
    }
  }

  private void report(Work work) {
    if (work instanceof Piece piece) {
      ledger.pieceStored(piece);
    } else if (work instanceof WholeSegment whole) {
      if (whole.isWhole()) {
        ledger.segmentStored(whole);
        check();
        model.spooledWhole.remove(whole.segment().segment());
      }
      model.spooled.remove(whole.segment().segment());
      ledger.done(whole);
    }
  }

  private void drop() {
    ledger.dropped();
    gone.addAll(full);
    full.clear();
    if (growing != null) {
      gone.add(growing);
    }
    growing = null;
  }

  /** The connection was lost: what is not handed over comes again. */
  private void reconnect() {
    OpenSegment first = full.isEmpty() ? growing : full.peek();
    Lsn restart = first == null ? SIZE.floor(received) : first.segment().start();
    drop();
    begin(timeline, restart);
  }

  private void begin(TimelineId on, Lsn start) {
    if (!on.equals(timeline)) {
      before = null;
    }
    timeline = on;
    received = start;
    verified = start;
    ledger.began(on, start);
  }

  /** The server, or one that takes its place, goes on with another timeline. */
  private void switchTimeline(int how) {
    Lsn first = Lsn.max(model.base, SIZE.floor(received.plus(-(long) SIZE.bytes())));
    Lsn at = first.plus(how * 97L % (received.minus(first) + 1));
    model.switchTo(at);
    endTimeline(at);
    before = null;
    timeline = model.timeline();
    // what was told of a timeline that is left does not bind the one after it
    told = Lsn.min(told, SIZE.floor(at));
    ledger.entered(timeline, SIZE.floor(at));
    begin(timeline, SIZE.floor(at));
  }

  private void endTimeline(Lsn switchPoint) {
    handOver(switchPoint);
    OpenSegment last = full.isEmpty() ? growing : full.remove();
    if (last != null) {
      gone.add(last);
      int valid = verifiedLength(last);
      boolean beyond = last.segment().start().plus(valid).isAfter(switchPoint);
      switch (policy.abandonment(valid, beyond)) {
        case NOTHING -> ledger.abandoned(Optional.empty());
        case PARTIAL -> {
          // a spooled file keeps what an earlier stream left beyond
          lengths.put(last, Math.max(valid, model.spooled.getOrDefault(last.segment(), 0)));
          ledger.abandoned(Optional.empty());
          ledger.partial(last);
        }
        case REST -> {
          int from = ledger.storedInPieces();
          kept.put(last.segment(), valid);
          ledger.abandoned(Optional.of(new Rest(from, new byte[Math.max(0, valid - from)])));
        }
      }
    }
    drop();
  }

  /** The server no longer has what comes next here: the place is looked for again. */
  private void relocate() throws Exception {
    endTimeline(received);
    finishAll();
    ledger.abandonIncomplete();
    search();
  }

  private void crash(int how) throws Exception {
    for (Work work : underWay) {
      if (how % 3 != 0) {
        effect(work);
      }
    }
    ledger.stop();
    assertTrue(ledger.take(Kind.WHOLE, Duration.ZERO).isEmpty());
    start(how % 5 < 2);
  }

  /**
   * A process starts.
   *
   * @param alone whether the archive cannot be asked, so that the spool tells where to resume
   */
  private void start(boolean alone) throws IOException {
    ledger = new FlushLedger(SIZE, policy, archive::tail, () -> nanos);
    underWay = new ArrayList<>();
    full = new ArrayDeque<>();
    growing = null;
    timeline = null;
    before = null;
    kept.clear();
    for (WalSegment segment : model.spooledWhole.stream().sorted().toList()) {
      OpenSegment left = EmptySegments.of(segment);
      lengths.put(left, SIZE.bytes());
      ledger.completed(left, Optional.empty());
    }
    Optional<Lsn> spooled =
        model.spooledWhole.stream()
            .filter(segment -> segment.timeline().equals(model.timeline()))
            .map(WalSegment::end)
            .max(Lsn::compareTo);
    if (alone && spooled.isPresent() && !spooled.get().isBefore(SIZE.floor(told))) {
      begin(model.timeline(), spooled.get());
    } else {
      search();
    }
  }

  /** Resumes after what is archived or spooled, but not before what the server still keeps. */
  private void search() {
    ledger.begunBefore(List.copyOf(model.pieces.keySet()));
    long number = SIZE.segmentNumber(told);
    while (model.whole.contains(model.onPath(number))
        || model.spooledWhole.contains(model.onPath(number))) {
      number++;
    }
    WalSegment next = model.onPath(number);
    if (next.start().isAfter(model.base)) {
      before = null;
      timeline = next.timeline();
      ledger.located(next.timeline(), next.start());
      check();
    }
    begin(next.timeline(), next.start());
    while (!timeline.equals(model.timeline())) {
      // the rest of a timeline before the server's: its end comes at once
      drop();
      int at = model.lines.stream().map(DurableModel.Line::timeline).toList().indexOf(timeline);
      DurableModel.Line line = model.lines.get(at + 1);
      receiveUpTo(line.start());
      endTimeline(line.start());
      before = null;
      timeline = line.timeline();
      ledger.entered(line.timeline(), line.start());
      begin(line.timeline(), line.start());
    }
  }

  private void receiveUpTo(Lsn end) {
    while (received.isBefore(end)) {
      verified = received;
      take((int) Math.min(end.minus(received), room()));
      verified = received;
      handOver(verified);
    }
    ledger.received(received);
  }

  private void finishAll() throws Exception {
    for (boolean more = true; more; ) {
      more = false;
      for (Kind kind : Kind.values()) {
        take(kind);
      }
      while (!underWay.isEmpty()) {
        more = true;
        Work work = underWay.remove(0);
        if (ledger.isWanted(work)) {
          effect(work);
          report(work);
        } else if (work instanceof Piece piece) {
          ledger.released(piece);
        }
        check();
      }
    }
  }

  /** Once everything succeeds, everything received is acknowledged and archived. */
  void assertAllOfItIsOffered() throws Exception {
    finishAllReceived();
    // with that its last segment, for which those of timelines left before it may wait
    receiveUpTo(SIZE.floor(received.plus(SIZE.bytes() - 1)));
    finishAllReceived();
    assertTrue(ledger.awaitDone(Duration.ZERO), "some segment was never offered");
    kept.forEach(
        (segment, length) ->
            assertTrue(
                model.covered(segment) >= length || model.whole.contains(segment),
                () -> segment + " was abandoned, and is not kept up to " + length));
    for (long n = SIZE.segmentNumber(model.base); n < SIZE.segmentNumber(received); n++) {
      WalSegment segment = model.onPath(n);
      assertTrue(
          model.whole.contains(segment) || model.covered(segment) == SIZE.bytes(),
          segment + " is not archived");
    }
  }

  private void finishAllReceived() throws Exception {
    verified = received;
    handOver(verified);
    force();
    put(true);
    check();
    finishAll();
    Positions now = ledger.positions();
    Lsn end = policy instanceof FlushPolicy.WholeSegments ? SIZE.floor(received) : received;
    assertTrue(
        now.flushed().map(flushed -> !flushed.isBefore(end)).orElse(end.equals(model.base)),
        () -> "received " + received + ", verified, and " + now);
  }
}
