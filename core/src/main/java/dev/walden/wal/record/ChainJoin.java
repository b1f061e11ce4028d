package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.RecordChain.First;
import dev.walden.wal.record.RecordChain.Head;
import dev.walden.wal.record.RecordChain.Last;
import dev.walden.wal.record.RecordChain.Tail;
import java.util.Locale;
import java.util.Optional;

/**
 * Joins the chains of adjacent segments, by the rules that hold within one. {@link RecordChain}
 * draws head, first, last and tail.
 *
 * <pre>
 *   left chain   head of the right chain   the record over the boundary
 *   ----------   -----------------------   ----------------------------
 *   tail         ENDS, ENDS_SEGMENT        joinEnd: is complete, and checked
 *   tail         GOES_ON                   joinMore: is still a tail
 *   tail         OVERWRITTEN, BROKEN       withoutTail: never completes
 *   only a head  any                       joinWithin: is still, or ends as, a head
 *   neither      none, or OVERWRITTEN      joinComplete: there is none
 * </pre>
 */
final class ChainJoin {
  private final RecordChain left;
  private final RecordChain right;
  private final RecordFilter interest;
  private final RecordVisitor visitor;

  ChainJoin(RecordChain left, RecordChain right, RecordFilter interest, RecordVisitor visitor) {
    this.left = left;
    this.right = right;
    this.interest = interest;
    this.visitor = visitor;
  }

  RecordChain join() throws BrokenChainException {
    checkNeighbours();
    if (left.tail().isPresent()) {
      return joinTail(left.tail().get());
    }
    return left.isWithinRecord() ? joinWithin(left.head().orElseThrow()) : joinComplete();
  }

  private void checkNeighbours() throws BrokenChainException {
    WalSegment last = left.lastSegment();
    WalSegment next = right.firstSegment();
    if (!last.size().equals(next.size())
        || last.number() + 1 != next.number()
        || next.timeline().compareTo(last.timeline()) < 0) {
      throw broken("segment %s does not follow segment %s", next, last);
    }
    if (left.version() != right.version()) {
      throw broken("segment %s is from %s, not from %s", next, right.version(), left.version());
    }
    if (left.end().isPresent() && !left.mayBeSwitched()) {
      throw broken("valid WAL ends before segment %s: %s", next, left.end().get());
    }
  }

  /** No record crosses the boundary. */
  private RecordChain joinComplete() throws BrokenChainException {
    if (right.head().isPresent() && right.head().get().remaining() > 0) {
      throw broken(
          "segment %s continues a record, but the one before it is complete", right.firstSegment());
    }
    checkLink(lastStart());
    Optional<Head> head = left.end().isPresent() ? left.head().map(Head::ofSwitch) : left.head();
    return chain(left.records() + right.records(), head, left.first().or(right::first), last());
  }

  /** The left segments lie within one record. */
  private RecordChain joinWithin(Head began) throws BrokenChainException {
    Head next = continuing(began.remaining() - began.fragment().length());
    Head head =
        new Head(
            began.remaining(),
            began.fragment().followedBy(next.fragment()),
            next.fate(),
            next.at());
    return chain(right.records(), Optional.of(head), right.first(), right.last());
  }

  private RecordChain joinTail(Tail tail) throws BrokenChainException {
    Head next = continuing(tail.remaining());
    return switch (next.fate()) {
      case ENDS, ENDS_SEGMENT -> joinEnd(tail, next);
      case GOES_ON -> joinMore(tail, next);
      case OVERWRITTEN -> {
        if (!next.at().equals(Optional.of(tail.lsn()))) {
          throw broken(
              "segment %s overwrites the record at %s, not the one at %s",
              right.firstSegment(), next.at().map(Lsn::toString).orElse("?"), tail.lsn());
        }
        checkLink(lastStart());
        yield withoutTail(tail);
      }
      case BROKEN -> withoutTail(tail);
    };
  }

  private RecordChain withoutTail(Tail tail) {
    Optional<First> first = beganWith(tail) ? right.first() : left.first();
    return chain(left.records() + right.records(), left.head(), first, last());
  }

  private RecordChain joinMore(Tail tail, Head next) throws BrokenChainException {
    RecordFragment fragment = tail.fragment().followedBy(next.fragment());
    Optional<First> first = left.first();
    if (fragment.hasHeader()) {
      checkHeader(tail.lsn(), fragment);
      first = firstWithLink(tail, fragment);
      fragment = wanted(fragment) ? fragment : fragment.headerOnly();
    }
    return new RecordChain(
        left.firstSegment(),
        right.lastSegment(),
        left.version(),
        left.records(),
        left.head(),
        first,
        left.last(),
        Optional.of(new Tail(tail.lsn(), fragment)),
        right.end());
  }

  private RecordChain joinEnd(Tail tail, Head rest) throws BrokenChainException {
    RecordFragment whole = tail.fragment().followedBy(rest.fragment());
    checkHeader(tail.lsn(), whole);
    if (!whole.isValidRecord()) {
      throw broken("record at %s has an incorrect checksum", tail.lsn());
    }
    Lsn bytesEnd = rest.at().orElseThrow();
    boolean switched = whole.isOf(XlogBodyReader.SWITCH);
    boolean must = rest.fate() == RecordChain.Fate.ENDS_SEGMENT;
    if (must && !switched) {
      throw broken("zeros follow the record at %s", tail.lsn());
    }
    Lsn end = switched ? switchedTo(must) : bytesEnd;
    show(tail.lsn(), whole, bytesEnd, end);
    checkLink(Optional.of(tail.lsn()));
    Last joined = new Last(Optional.of(tail.lsn()), end);
    return new RecordChain(
        left.firstSegment(),
        right.lastSegment(),
        left.version(),
        left.records() + 1 + right.records(),
        left.head(),
        firstWithLink(tail, whole),
        right.last().filter(last -> last.lsn().isPresent()).or(() -> Optional.of(joined)),
        right.tail(),
        switched && !must ? Optional.empty() : right.end());
  }

  /** The rest of a segment after SWITCH is unused, so its content does not matter. */
  private Lsn switchedTo(boolean already) throws BrokenChainException {
    WalSegment segment = right.firstSegment();
    if (!already && (right.first().isPresent() || !right.lastSegment().equals(segment))) {
      throw broken("records follow in segment %s, which is unused", segment);
    }
    return segment.end();
  }

  private void show(Lsn lsn, RecordFragment whole, Lsn bytesEnd, Lsn end)
      throws BrokenChainException {
    if (!wanted(whole)) {
      return;
    }
    if (!whole.isWhole()) {
      visitor.missed(lsn, end);
      return;
    }
    WalRecord record = new WalRecord();
    record.set(whole.bytes(), 0, (int) whole.length(), left.version());
    if (!record.decode()) {
      throw broken("record at %s has %s", lsn, record.problem());
    }
    record.place(lsn.value(), bytesEnd.value(), end.value());
    try {
      visitor.record(record);
    } catch (CorruptFileException e) {
      throw broken("%s", e.getMessage());
    }
  }

  /** The head of the right chain, if it fits. */
  private Head continuing(long remaining) throws BrokenChainException {
    Head next =
        right
            .head()
            .orElseThrow(
                () ->
                    broken(
                        "segment %s does not continue the record before it", right.firstSegment()));
    if (next.remaining() != remaining && !(next.isOverwritten() && next.remaining() == 0)) {
      throw broken(
          "segment %s continues a record with %d bytes, the one before it needs %d",
          right.firstSegment(), next.remaining(), remaining);
    }
    return next;
  }

  private void checkHeader(Lsn lsn, RecordFragment fragment) throws BrokenChainException {
    long previous = lastStart().map(Lsn::value).orElse(RecordDecoder.NONE);
    InvalidWal wrong =
        RecordRules.wrongHeader(fragment.bytes(), 0, left.version(), lsn.value(), previous);
    if (wrong != null) {
      throw broken("%s", wrong.detail());
    }
  }

  /** The start of the left chain's last complete record. */
  private Optional<Lsn> lastStart() {
    return left.last().flatMap(Last::lsn);
  }

  /** Checks the back link of the right chain's first record, if both are known. */
  private void checkLink(Optional<Lsn> expected) throws BrokenChainException {
    Optional<Lsn> link = right.first().flatMap(First::previous);
    if (link.isPresent() && expected.isPresent() && !link.equals(expected)) {
      throw broken(
          "record at %s has prev-link %s, expected %s",
          right.first().get().lsn(), link.get(), expected.get());
    }
  }

  private boolean beganWith(Tail tail) {
    return left.first().map(first -> first.lsn().equals(tail.lsn())).orElse(false);
  }

  private Optional<First> firstWithLink(Tail tail, RecordFragment fragment) {
    Lsn link = new Lsn(LittleEndian.i64(fragment.bytes(), 8));
    return beganWith(tail) ? Optional.of(new First(tail.lsn(), Optional.of(link))) : left.first();
  }

  private Optional<Last> last() {
    return right.last().or(left::last);
  }

  private boolean wanted(RecordFragment fragment) {
    return interest.in(
        LittleEndian.u8(fragment.bytes(), 17), LittleEndian.u8(fragment.bytes(), 16));
  }

  private RecordChain chain(
      long records, Optional<Head> head, Optional<First> first, Optional<Last> last) {
    return new RecordChain(
        left.firstSegment(),
        right.lastSegment(),
        left.version(),
        records,
        head,
        first,
        last,
        right.tail(),
        right.end());
  }

  private static BrokenChainException broken(String format, Object... arguments) {
    return new BrokenChainException(String.format(Locale.ROOT, format, arguments));
  }
}
