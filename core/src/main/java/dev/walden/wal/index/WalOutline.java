package dev.walden.wal.index;

import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.BrokenChainException;
import dev.walden.wal.record.RecordChain;
import dev.walden.wal.record.WalEnd;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What consecutive WAL segments hold, in short: made by a {@link WalOutliner} from the bytes of one
 * segment, and joined by {@link #followedBy}. Everything counts with the segment in which its
 * record's last byte lies. A record that goes on in the next segment is kept as two fragments and
 * says nothing until the outlines are joined; the order of joining makes no difference.
 *
 * <p>An outline can be thrown away and made again; it is never the truth. That segments are where
 * an outline says, and unchanged, is the caller's to know.
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

  /** The first segment; its timeline is that of its file. */
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

  /** The position behind the last byte of the segments. */
  public Lsn endLsn() {
    return chain.endLsn();
  }

  /** The version of the server that wrote them. */
  public PgVersion version() {
    return chain.version();
  }

  /** How many records have all their bytes here. */
  public long recordCount() {
    return chain.records();
  }

  /** Where the first record begins that begins here; it need not end here. */
  public Optional<Lsn> firstRecordLsn() {
    return chain.first().map(RecordChain.First::lsn);
  }

  /** Where the last record begins that ends here; empty if it began before, or none ends here. */
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

  /** Where the record begins that goes on behind the last segment, if one does. */
  public Optional<Lsn> unfinishedRecordLsn() {
    return chain.tail().map(RecordChain.Tail::lsn);
  }

  /** Whether the first segment begins within a record, of which an earlier one has the start. */
  public boolean beginsWithinRecord() {
    return chain.head().isPresent();
  }

  /**
   * Why valid WAL ends in the last segment, behind {@link #lastRecordEndLsn}; empty if it goes to
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

  /** What happened, in the order of the WAL; without what {@link #omissions} counts. */
  public List<WalEvent> events() {
    return contents.events();
  }

  /**
   * Records that may say more, and have to be read from the WAL. All of them lie over boundaries of
   * segments within this outline.
   */
  public List<UnresolvedRecord> unresolved() {
    return contents.unresolved();
  }

  /**
   * The transactions that made files, in ascending order, for who wonders whether files dropped
   * later were replaced. None in a condensed outline.
   */
  public List<Long> creators() {
    return contents.creators();
  }

  /** What was left out to make the outline smaller. */
  public Omissions omissions() {
    return contents.omissions();
  }

  /**
   * This outline without most of what grows with the number of segments: of the checkpoints the
   * first and the last stay; dropped files and databases and prepared transactions that ended are
   * only counted. Restore points, timelines, parameters, ends of backups, and of prepared
   * transactions those of which only the beginning or the end is here stay.
   */
  public WalOutline condensed() {
    return new WalOutline(chain, contents.condensed());
  }

  /**
   * The outline of these segments and the next ones, which may be of a later timeline.
   *
   * @return empty if they are not the next ones, or their records do not go on from these: {@link
   *     #breakBefore} says why
   */
  public Optional<WalOutline> followedBy(WalOutline next) {
    try {
      return Optional.of(join(next));
    } catch (BrokenChainException e) {
      return Optional.empty();
    }
  }

  /** Why {@link #followedBy} is empty, for people; empty if it is not. */
  public Optional<String> breakBefore(WalOutline next) {
    try {
      join(next);
      return Optional.empty();
    } catch (BrokenChainException e) {
      return Optional.of(e.getMessage());
    }
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
