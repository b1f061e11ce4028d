package dev.walden.recovery.path;

import dev.walden.CorruptFileException;
import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.stop.ReplayedRecord;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.record.TransactionBody.End;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Goes through the records along a way, and reads only what, by its outline, can hold what is
 * looked for.
 */
public final class PathScan {
  /** Looks at a record. */
  public interface Visitor {
    /**
     * Takes a record.
     *
     * @param previous where the record before begins
     * @return false to see no more
     */
    boolean visit(ReplayedRecord record, Lsn previous) throws IOException;
  }

  /**
   * Records that begin from a position on and before another one: those within one segment, or
   * within many, or a single one over the boundary between segments.
   *
   * @param outline what they hold; of a record over a boundary, with its neighbours
   */
  private record Stretch(WalOutline outline, Lsn from, Lsn until, boolean manySegments) {}

  private final PathWal wal;

  public PathScan(PathWal wal) {
    this.wal = wal;
  }

  /**
   * Shows records that begin at {@code from} or later, in order; none of those that cannot be what
   * is looked for, as far as that is known.
   *
   * @param mayHold whether segments of such an outline can hold it
   */
  public void forwards(Lsn from, Predicate<WalOutline> mayHold, Visitor visitor)
      throws IOException {
    for (Stretch stretch : stretches(wal.outlines())) {
      if (stretch.until().isAfter(from) && holds(stretch, mayHold)) {
        for (Stretch part : parts(stretch)) {
          if (part.until().isAfter(from)
              && holds(part, mayHold)
              && !show(part, Lsn.max(from, part.from()), part.until(), visitor)) {
            return;
          }
        }
      }
    }
  }

  /** The last end of a transaction in a record that begins before a position. */
  public Optional<EndedTransaction> lastBefore(Lsn lsn) throws IOException {
    List<EndedTransaction> last = new ArrayList<>();
    List<Stretch> all = stretches(wal.outlines());
    Collections.reverse(all);
    for (Stretch stretch : all) {
      if (stretch.from().isBefore(lsn) && holds(stretch, PathScan::hasTransactions)) {
        List<Stretch> parts = parts(stretch);
        Collections.reverse(parts);
        for (Stretch part : parts) {
          if (part.from().isBefore(lsn) && holds(part, PathScan::hasTransactions)) {
            show(part, part.from(), Lsn.min(part.until(), lsn), ends(last));
            if (!last.isEmpty()) {
              return Optional.of(last.get(last.size() - 1));
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  /** The first end of a transaction in a record that begins at a position or later. */
  public Optional<EndedTransaction> firstFrom(Lsn lsn) throws IOException {
    List<EndedTransaction> first = new ArrayList<>();
    Visitor ends = ends(first);
    forwards(
        lsn,
        PathScan::hasTransactions,
        (record, previous) -> ends.visit(record, previous) && first.isEmpty());
    return first.stream().findFirst();
  }

  /** Where the record ends that begins at a position. */
  public Lsn endOf(Lsn lsn) throws IOException {
    try (WalReader records = wal.records(lsn, lsn.plus(1))) {
      return records.next() ? records.record().endLsn() : lsn;
    }
  }

  static boolean hasTransactions(WalOutline outline) {
    return outline.transactions().count() > 0;
  }

  private static Visitor ends(List<EndedTransaction> found) {
    return (record, previous) -> {
      if (record.body().orElse(null) instanceof End end) {
        found.add(new EndedTransaction(record.start(), end));
      }
      return true;
    };
  }

  private static boolean holds(Stretch stretch, Predicate<WalOutline> mayHold) {
    return mayHold.test(stretch.outline()) || !stretch.outline().unresolved().isEmpty();
  }

  private List<Stretch> parts(Stretch stretch) throws IOException {
    return stretch.manySegments()
        ? stretches(wal.singles(stretch.outline()))
        : new ArrayList<>(List.of(stretch));
  }

  private static List<Stretch> stretches(List<WalOutline> neighbours) {
    List<Stretch> stretches = new ArrayList<>();
    WalOutline before = null;
    for (WalOutline outline : neighbours) {
      if (before != null) {
        Optional<Lsn> between = before.unfinishedRecordLsn();
        PathWal.joint(before, outline)
            .ifPresent(
                joint ->
                    stretches.add(
                        new Stretch(
                            joint, between.orElseThrow(), between.orElseThrow().plus(1), false)));
      }
      before = before == null ? outline : PathWal.carried(before, outline);
      Lsn until = outline.unfinishedRecordLsn().orElse(outline.endLsn());
      stretches.add(
          new Stretch(
              outline, outline.firstRecordLsn().orElse(until), until, outline.segmentCount() > 1));
    }
    return stretches;
  }

  private boolean show(Stretch part, Lsn from, Lsn until, Visitor visitor) throws IOException {
    if (!from.isBefore(until)) {
      return true;
    }
    try (WalReader records = wal.records(from, until)) {
      while (records.next()) {
        Lsn previous = records.record().previous();
        if (!visitor.visit(ReplayedRecord.of(records.record()), previous)) {
          return false;
        }
      }
      WalEnd end = records.end().orElseThrow();
      if (end.reason() != WalEnd.Reason.END_REACHED && part.outline().end().isEmpty()) {
        // what was looked for may be behind
        throw new CorruptFileException(
            part.outline().firstSegment().toString(),
            "is not as it was indexed, up to " + until + ": " + end);
      }
    }
    return true;
  }
}
