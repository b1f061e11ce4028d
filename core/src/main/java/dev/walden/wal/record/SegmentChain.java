package dev.walden.wal.record;

import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.RecordChain.Fate;
import dev.walden.wal.record.RecordChain.First;
import dev.walden.wal.record.RecordChain.Head;
import dev.walden.wal.record.RecordChain.Last;
import dev.walden.wal.record.RecordChain.Tail;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The chain of one segment, built while its pages are decoded. */
final class SegmentChain {
  private final WalSegment segment;
  private final RecordDecoder walk;

  @SuppressWarnings("NullAway.Init") // set with the fate
  private Contrecord head;

  private @Nullable Fate fate;

  SegmentChain(WalSegment segment, RecordDecoder walk) {
    this.segment = segment;
    this.walk = walk;
  }

  /** The first page, checked. */
  void begin(PageValidator page) {
    if (page.continuesRecord()) {
      fate = Fate.GOES_ON;
      head = new Contrecord(segment.start().value(), page.remainingLength());
    } else if (page.overwritesRecord()) {
      fate = Fate.OVERWRITTEN;
      head = new Contrecord(segment.start().value(), 0);
    }
  }

  /** Whether the record that began before the segment continues on the next page. */
  boolean isInHead() {
    return fate == Fate.GOES_ON;
  }

  /** Takes that record's part of a checked page. */
  Contrecord.Step takeHead(PageValidator page, byte[] bytes, int at, int count) {
    Contrecord.Step step = head.take(page, bytes, at, count);
    if (step == Contrecord.Step.ENDS) {
      fate = Fate.ENDS;
    } else if (step == Contrecord.Step.OVERWRITTEN) {
      fate = Fate.OVERWRITTEN;
    }
    return step;
  }

  /** Why a page does not continue that record. */
  InvalidWal headProblem() {
    return head.problem();
  }

  /** Where the next record can begin, once that record ended or was overwritten. */
  long headEnd() {
    return head.end();
  }

  /** Whether the end of an earlier record is all that was found so far. */
  boolean isHeadOnly() {
    return fate == Fate.ENDS && walk.run().records() == 0 && !walk.open();
  }

  /** The chain, once the whole segment, or its valid part, was seen. */
  RecordChain chain(PgVersion version, Optional<WalEnd.Reason> end) {
    boolean begun = walk.open() && Long.compareUnsigned(walk.start(), segment.start().value()) >= 0;
    Optional<Tail> tail =
        begun && end.isEmpty()
            ? Optional.of(new Tail(new Lsn(walk.start()), walk.fragment()))
            : Optional.empty();
    return new RecordChain(
        segment, segment, version, walk.run().records(), head(end), first(tail), last(), tail, end);
  }

  private Optional<Head> head(Optional<WalEnd.Reason> end) {
    if (fate == null) {
      return Optional.empty();
    }
    Fate known = end.isPresent() && fate == Fate.GOES_ON ? Fate.BROKEN : fate;
    long at = fate == Fate.OVERWRITTEN ? walk.run().firstOverwrites() : head.end();
    Optional<Lsn> place = at == 0 ? Optional.empty() : Optional.of(new Lsn(at));
    return Optional.of(new Head(head.remaining(), head.fragment(), known, place));
  }

  private Optional<First> first(Optional<Tail> tail) {
    return walk.run().records() > 0
        ? Optional.of(
            new First(
                new Lsn(walk.run().firstStart()), Optional.of(new Lsn(walk.run().firstLink()))))
        : tail.map(SegmentChain::first);
  }

  private static First first(Tail tail) {
    byte[] bytes = tail.fragment().bytes();
    boolean linked = bytes.length >= 2 * Long.BYTES;
    return new First(
        tail.lsn(),
        linked ? Optional.of(new Lsn(LittleEndian.i64(bytes, Long.BYTES))) : Optional.empty());
  }

  private Optional<Last> last() {
    if (walk.run().records() > 0) {
      return Optional.of(
          new Last(Optional.of(new Lsn(walk.run().lastStart())), new Lsn(walk.run().lastEnd())));
    }
    return fate == Fate.ENDS
        ? Optional.of(new Last(Optional.empty(), new Lsn(head.end())))
        : Optional.empty();
  }
}
