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
 * Reads the records along a path, and skips those that, by their outlines, cannot hold what is
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
  private record Section(WalOutline outline, Lsn from, Lsn until, boolean manySegments) {}

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
    for (Section section : sections(wal.outlines())) {
      if (section.until().isAfter(from) && holds(section, mayHold)) {
        for (Section part : parts(section)) {
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
    List<Section> all = sections(wal.outlines());
    Collections.reverse(all);
    for (Section section : all) {
      if (section.from().isBefore(lsn) && holds(section, PathScan::hasTransactions)) {
        List<Section> parts = parts(section);
        Collections.reverse(parts);
        for (Section part : parts) {
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

  private static boolean holds(Section section, Predicate<WalOutline> mayHold) {
    return mayHold.test(section.outline()) || !section.outline().unresolved().isEmpty();
  }

  private List<Section> parts(Section section) throws IOException {
    return section.manySegments()
        ? sections(wal.singles(section.outline()))
        : new ArrayList<>(List.of(section));
  }

  private static List<Section> sections(List<WalOutline> neighbours) {
    List<Section> sections = new ArrayList<>();
    WalOutline before = null;
    for (WalOutline outline : neighbours) {
      if (before != null) {
        Optional<Lsn> between = before.unfinishedRecordLsn();
        PathWal.joint(before, outline)
            .ifPresent(
                joint ->
                    sections.add(
                        new Section(
                            joint, between.orElseThrow(), between.orElseThrow().plus(1), false)));
      }
      before = before == null ? outline : PathWal.carried(before, outline);
      Lsn until = outline.unfinishedRecordLsn().orElse(outline.endLsn());
      sections.add(
          new Section(
              outline, outline.firstRecordLsn().orElse(until), until, outline.segmentCount() > 1));
    }
    return sections;
  }

  private boolean show(Section part, Lsn from, Lsn until, Visitor visitor) throws IOException {
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
        // what was looked for may come later
        throw new CorruptFileException(
            part.outline().firstSegment().toString(),
            "differs from its index, up to " + until + ": " + end);
      }
    }
    return true;
  }
}
