package dev.walden.wal.record;

import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import java.util.Optional;

/**
 * How the records of consecutive segments are linked, and what it takes to join them with those of
 * the segments before and after. It depends on the bytes of these segments alone. A record counts
 * if all of its bytes are in the chain.
 *
 * <pre>
 *     before |                these segments                |  after
 *   [ -------|- head ] [ first ] [ ... ] [ last ] [ tail -|------ ]
 * </pre>
 *
 * <p>The head is also the last record if no other ends here; the tail is also the first if no other
 * begins here. Segments within one record have nothing but a head.
 *
 * @param firstSegment the first segment, with the timeline of its file name
 * @param lastSegment the last segment, which may be the same
 * @param records how many records
 * @param head the record that began before the first segment
 * @param first the first record that begins here; it need not end here
 * @param last the last record that ends here; it need not begin here
 * @param tail the record that begins here and continues after the last segment
 * @param end why valid WAL ends here, after the last record; empty if it fills the segments
 */
public record RecordChain(
    WalSegment firstSegment,
    WalSegment lastSegment,
    PgVersion version,
    long records,
    Optional<Head> head,
    Optional<First> first,
    Optional<Last> last,
    Optional<Tail> tail,
    Optional<WalEnd.Reason> end) {

  /** What happens here to a record that began earlier. */
  public enum Fate {
    /** It ends here. */
    ENDS,
    /** It ends here, and what follows is valid WAL only if it is a SWITCH. */
    ENDS_SEGMENT,
    /** It continues after the last segment. */
    GOES_ON,
    /** It was never completed: a page here overwrites its rest. */
    OVERWRITTEN,
    /** Valid WAL ends before the record does. */
    BROKEN
  }

  /**
   * The rest of a record that began earlier.
   *
   * @param remaining the expected length of that rest, in bytes
   * @param fragment the part of it that is here
   * @param at if it ends here, where the next record can begin; if it is overwritten, where it
   *     began according to the overwriting page; else empty
   */
  public record Head(long remaining, RecordFragment fragment, Fate fate, Optional<Lsn> at) {
    public Head {
      long missing = remaining - fragment.length();
      if (missing < 0
          || ends(fate) && (missing != 0 || at.isEmpty())
          || fate == Fate.GOES_ON && missing == 0
          || !ends(fate) && fate != Fate.OVERWRITTEN && at.isPresent()) {
        throw new IllegalArgumentException(fragment + " of " + remaining + ", " + fate);
      }
    }

    private static boolean ends(Fate fate) {
      return fate == Fate.ENDS || fate == Fate.ENDS_SEGMENT;
    }

    Head ofSwitch() {
      return new Head(remaining, fragment, Fate.ENDS_SEGMENT, at);
    }

    boolean isOverwritten() {
      return fate == Fate.OVERWRITTEN;
    }
  }

  /**
   * The first record that begins here.
   *
   * @param previous its back link, the start of the record before it; empty if that field has not
   *     arrived yet
   */
  public record First(Lsn lsn, Optional<Lsn> previous) {}

  /**
   * The last record that ends here.
   *
   * @param lsn where it begins; empty if before the first segment
   * @param endLsn where the next one can begin
   */
  public record Last(Optional<Lsn> lsn, Lsn endLsn) {}

  /** A record that begins here and does not end here. */
  public record Tail(Lsn lsn, RecordFragment fragment) {
    public Tail {
      if (fragment.bytes().length < Integer.BYTES || length(fragment) <= fragment.length()) {
        throw new IllegalArgumentException(fragment + " of the record at " + lsn);
      }
    }

    private static long length(RecordFragment fragment) {
      return LittleEndian.u32(fragment.bytes(), 0);
    }

    /** How many bytes are missing. */
    public long remaining() {
      return length(fragment) - fragment.length();
    }
  }

  public RecordChain {
    if (records < 0
        || lastSegment.number() < firstSegment.number()
        || !firstSegment.size().equals(lastSegment.size())
        || lastSegment.timeline().compareTo(firstSegment.timeline()) < 0
        || tail.isPresent() && (end.isPresent() || first.isEmpty())) {
      throw new IllegalArgumentException(
          records + " records in segments " + firstSegment + " to " + lastSegment);
    }
  }

  /** The position of the first byte of its segments. */
  public Lsn startLsn() {
    return firstSegment.start();
  }

  /** The position after the last byte of its segments. */
  public Lsn endLsn() {
    return lastSegment.end();
  }

  /** Whether the segments lie within one record. */
  boolean isWithinRecord() {
    return head.isPresent() && head.get().fate() == Fate.GOES_ON && tail.isEmpty();
  }

  /**
   * Whether the head may be the end of a SWITCH: its segment holds nothing else but zeros. After
   * any other record, zeros mean the end of WAL.
   */
  boolean mayBeSwitched() {
    return head.isPresent()
        && head.get().fate() == Fate.ENDS
        && head.get().remaining() < DecodedRecord.HEADER
        && first.isEmpty()
        && firstSegment.equals(lastSegment)
        && end.equals(Optional.of(WalEnd.Reason.ZEROS));
  }

  /**
   * The chain of these segments and the next ones.
   *
   * @param interest the filter with which both were made
   * @param visitor receives the record that crosses the boundary, if it is wanted
   * @throws BrokenChainException if the records of {@code next} do not continue these
   */
  public RecordChain followedBy(RecordChain next, RecordFilter interest, RecordVisitor visitor)
      throws BrokenChainException {
    return new ChainJoin(this, next, interest, visitor).join();
  }
}
