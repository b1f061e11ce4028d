package dev.walden.wal.index;

import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.BrokenChainException;
import dev.walden.wal.record.RecordChain;
import dev.walden.wal.record.SegmentJoint;
import dev.walden.wal.record.WalEnd;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A summary of consecutive WAL segments: made by a {@link WalOutliner} from the bytes of one
 * segment, and joined by {@link #followedBy}. A record counts in the segment that holds its last
 * byte. A record that crosses into the next segment is kept as two fragments, and counts once the
 * outlines are joined; the order of joining does not matter.
 *
 * <p>An outline is derived data, which can be deleted and rebuilt. The caller must know that the
 * segments exist and are unchanged.
 *
 * <p>Immutable.
 */
public final class WalOutline {
  private final RecordChain chain;
  private final OutlineContents contents;

  WalOutline(RecordChain chain, OutlineContents contents) {
    this.chain = Objects.requireNonNull(chain);
    this.contents = Objects.requireNonNull(contents);
  }

  RecordChain chain() {
    return chain;
  }

  OutlineContents contents() {
    return contents;
  }

  /** The first segment, with the timeline of its file name. */
  public WalSegment firstSegment() {
    return chain.firstSegment();
  }

  /** The last segment, which may be the first. Its timeline is the same or a later one. */
  public WalSegment lastSegment() {
    return chain.lastSegment();
  }

  /** How many segments. */
  public long segmentCount() {
    return lastSegment().number() - firstSegment().number() + 1;
  }

  /** The position of the first byte of the segments. */
  public Lsn startLsn() {
    return chain.startLsn();
  }

  /** The position after the last byte of the segments. */
  public Lsn endLsn() {
    return chain.endLsn();
  }

  /** The version of the server that wrote them. */
  public PgVersion version() {
    return chain.version();
  }

  /** The number of records whose bytes are all here. */
  public long recordCount() {
    return chain.records();
  }

  /** The start of the first record that begins here; it need not end here. */
  public Optional<Lsn> firstRecordLsn() {
    return chain.first().map(RecordChain.First::lsn);
  }

  /** The start of the last record that ends here; empty if it began earlier, or none ends here. */
  public Optional<Lsn> lastRecordLsn() {
    return chain.last().flatMap(RecordChain.Last::lsn);
  }

  /**
   * The end of the last record that ends here, where the next one can begin; after {@code SWITCH},
   * the end of the segment.
   */
  public Optional<Lsn> lastRecordEndLsn() {
    return chain.last().map(RecordChain.Last::endLsn);
  }

  /** The start of the record that continues after the last segment, if any. */
  public Optional<Lsn> unfinishedRecordLsn() {
    return chain.tail().map(RecordChain.Tail::lsn);
  }

  /** Whether the first segment begins within a record of an earlier one. */
  public boolean beginsWithinRecord() {
    return chain.head().isPresent();
  }

  /**
   * Why valid WAL ends in the last segment, after {@link #lastRecordEndLsn}; empty if it reaches
   * the segment's end. Nothing can follow an outline that ends.
   */
  public Optional<WalEnd.Reason> end() {
    return chain.end();
  }

  /** Commits and aborts. */
  public TransactionEnds transactions() {
    return contents.transactions();
  }

  /** Whether a transaction or subtransaction may have been prepared or have ended here. */
  public boolean mayEnd(long xid) {
    return transactions().xids().contains(xid) || !unresolved().isEmpty();
  }

  /** The events in WAL order, without those that {@link #omissions} counts. */
  public List<WalEvent> events() {
    return contents.events();
  }

  /**
   * Records that may hold more events and must be read from the WAL. All of them cross segment
   * boundaries within this outline.
   */
  public List<UnresolvedRecord> unresolved() {
    return contents.unresolved();
  }

  /**
   * The transactions that created files, in ascending order, to detect that files dropped later
   * were replaced. Empty in a condensed outline.
   */
  public List<Long> fileCreatorXids() {
    return contents.fileCreatorXids();
  }

  /** What was omitted to make the outline smaller. */
  public Omissions omissions() {
    return contents.omissions();
  }

  /**
   * This outline without most of what grows with the number of segments. Of the checkpoints, the
   * first and the last stay; dropped files, dropped databases and prepared transactions that also
   * ended here are only counted. Restore points, timeline switches, parameter changes, backup ends,
   * and prepared transactions with only their beginning or end here all stay.
   */
  public WalOutline condensed() {
    return new WalOutline(chain, contents.condensed());
  }

  /**
   * The outline of these segments joined with the next ones, which may be on a later timeline.
   *
   * @return empty if {@code next} does not follow these segments, or its records do not continue
   *     these; {@link #breakBefore} says why
   */
  public Optional<WalOutline> followedBy(WalOutline next) {
    try {
      return Optional.of(join(next));
    } catch (BrokenChainException e) {
      return Optional.empty();
    }
  }

  /** Why {@link #followedBy} is empty, as readable text; empty if it is not. */
  public Optional<String> breakBefore(WalOutline next) {
    try {
      join(next);
      return Optional.empty();
    } catch (BrokenChainException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * Whether the next segments continue these.
   *
   * @param next may be of the beginning of a segment
   * @throws IllegalArgumentException if they are no neighbours
   */
  public SegmentJoint joint(WalOutline next) {
    return SegmentJoint.of(chain, next.chain);
  }

  private WalOutline join(WalOutline next) throws BrokenChainException {
    OutlineCollector between = new OutlineCollector();
    RecordChain joined = chain.followedBy(next.chain, OutlineInterest.INSTANCE, between);
    return new WalOutline(
        joined, contents.followedBy(between.contents()).followedBy(next.contents));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WalOutline that
        && chain.equals(that.chain)
        && contents.equals(that.contents);
  }

  @Override
  public int hashCode() {
    return 31 * chain.hashCode() + contents.hashCode();
  }

  /** {@code 000000010000000000000003 and 2 more: 4711 records, 12 transactions, 1 event}. */
  @Override
  public String toString() {
    return firstSegment()
        + (segmentCount() > 1 ? " and " + (segmentCount() - 1) + " more" : "")
        + ": "
        + recordCount()
        + " records, "
        + transactions().count()
        + " transaction ends, "
        + events().size()
        + " events"
        + end().map(reason -> ", ends with " + reason).orElse("");
  }
}
