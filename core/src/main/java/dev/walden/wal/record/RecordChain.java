package dev.walden.wal.record;

import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import java.util.Optional;

/**
 * How the records of consecutive segments hang together, and what must be known to join them with
 * those of the segments before and behind. It follows from the bytes of these segments alone. A
 * record counts once all of its bytes are in the chain.
 *
 * @param firstSegment the first segment; its timeline is that of its file
 * @param lastSegment the last one; the same if there is one only
 * @param records how many records
 * @param head the record that began before the first segment
 * @param first the first record that begins here; it need not end here
 * @param last the last record that ends here; it need not begin here
 * @param tail the record that begins here and goes on behind the last segment
 * @param end why valid WAL ends here, behind the last record; empty if it fills the segments
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

  /** What became of a record that began before. */
  public enum Fate {
    /** It ends here. */
    ENDS,
    /** It ends here, and only if it is a SWITCH is what follows valid WAL. */
    ENDS_SEGMENT,
    /** It goes on behind the last segment. */
    GOES_ON,
    /** It was never completed: a page stands here that overwrites its rest. */
    OVERWRITTEN,
    /** Valid WAL ends before it does. */
    BROKEN
  }

  /**
   * The rest of a record that began before.
   *
   * @param remaining how long that rest should be, in bytes
   * @param fragment what there is of it
   * @param at where the next record can begin, if it ends here; if it is overwritten, where the
   *     page that does so says that it began; else empty
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
   * @param previous where the record before it begins, as it says; empty if that is not here yet
   */
  public record First(Lsn lsn, Optional<Lsn> previous) {}

  /**
   * The last record that ends here.
   *
   * @param lsn where it begins; empty if that is before the first segment
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

    /** How many bytes are still to come. */
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

  /** The position behind the last byte of its segments. */
  public Lsn endLsn() {
    return lastSegment.end();
  }

  /** Whether it is but a part of one record. */
  boolean isWithinRecord() {
    return head.isPresent() && head.get().fate() == Fate.GOES_ON && tail.isEmpty();
  }

  /**
   * Whether it ends as a segment does into which only the end of a SWITCH reaches: that of any
   * other record of this length could be followed by nothing but zeros only at the end of WAL.
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
   * @param interest the same with which both were made
   * @param visitor sees the record over the boundary, if it is wanted
   * @throws BrokenChainException if records do not go on from the one to the other
   */
  public RecordChain followedBy(RecordChain next, RecordFilter interest, RecordVisitor visitor)
      throws BrokenChainException {
    return new ChainJoin(this, next, interest, visitor).join();
  }
}
