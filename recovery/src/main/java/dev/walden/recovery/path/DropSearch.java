package dev.walden.recovery.path;

import dev.walden.recovery.EndedTransaction;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalEvent.Checkpoint;
import dev.walden.wal.index.WalEvent.DatabaseDropped;
import dev.walden.wal.index.WalEvent.TablespaceDropped;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.record.ChangedRow;
import dev.walden.wal.record.TransactionBody.End;
import dev.walden.wal.record.WalReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Finds what {@code DROP DATABASE} and {@code DROP TABLESPACE} do before their transaction commits.
 *
 * <p>A server changes the row of a database in {@code pg_database} in place, which marks it as
 * invalid: nobody can connect to it any more. Then it deletes the row, makes a checkpoint, removes
 * the files with a record of their own, and commits. Servers older than 14.9 and 15.4 do not mark
 * it.
 *
 * <p>Source: {@code dropdb} in {@code src/backend/commands/dbcommands.c}, {@code DropTableSpace} in
 * {@code src/backend/commands/tablespace.c}.
 */
public final class DropSearch {
  private static final long GLOBAL_TABLESPACE = 1664;
  // a drop waits for one that begins after its mark, and another may be under way
  private static final int CHECKPOINTS = 3;

  private final PathWal wal;
  private final PathScan scan;

  public DropSearch(PathWal wal) {
    this.wal = wal;
    this.scan = new PathScan(wal);
  }

  /**
   * What a drop does, in the order of the WAL.
   *
   * @param record the one that removes the files
   * @param begin where the record begins that makes the database unusable, or where the WAL begins
   *     if that is later; of a tablespace, and of a database on servers that do not mark it, where
   *     {@code record} begins
   * @param end the end of its transaction, if the WAL holds it
   */
  public record Drop(WalEvent record, Lsn begin, Optional<EndedTransaction> end) {}

  /** What a database's drop does; empty if nothing that could be used was dropped. */
  public Optional<Drop> of(DatabaseDropped event) throws IOException {
    if (event.xid() == 0) {
      // what a moved database leaves is removed after the commit
      return Optional.empty();
    }
    Optional<EndedTransaction> end = end(event.lsn(), event.xid());
    Optional<Lsn> mark = mark(event);
    boolean marked = mark.filter(wal.start()::isBefore).isPresent();
    boolean failedCreation = !marked && end.filter(e -> !e.commit()).isPresent();
    return failedCreation
        ? Optional.empty()
        : Optional.of(new Drop(event, mark.orElse(event.lsn()), end));
  }

  /**
   * The drops that a stop leaves unfinished.
   *
   * @param stop the position after the last record that is replayed
   */
  public List<Drop> unfinishedAt(Lsn stop) throws IOException {
    List<Drop> found = new ArrayList<>();
    for (WalEvent event : near(stop)) {
      if (event instanceof DatabaseDropped dropped) {
        of(dropped).ifPresent(found::add);
      } else if (event instanceof TablespaceDropped dropped && event.lsn().isBefore(stop)) {
        found.add(new Drop(event, event.lsn(), end(event.lsn(), dropped.xid())));
      }
    }
    found.removeIf(
        drop ->
            !drop.begin().isBefore(stop)
                || drop.end().filter(end -> end.lsn().isBefore(stop)).isPresent());
    return found;
  }

  private Optional<EndedTransaction> end(Lsn from, long xid) throws IOException {
    List<EndedTransaction> found = new ArrayList<>(1);
    scan.forwards(
        from,
        outline -> outline.mayEnd(xid),
        (record, previous) -> {
          if (record.body().orElse(null) instanceof End end && end.xid() == xid) {
            found.add(new EndedTransaction(record.start(), end));
          }
          return found.isEmpty();
        });
    return found.stream().findFirst();
  }

  /** What happened from the checkpoint before a position to some checkpoints after it. */
  private List<WalEvent> near(Lsn stop) throws IOException {
    List<WalOutline> parts = new ArrayList<>(before(stop));
    Collections.reverse(parts);
    int checkpoints = 0;
    for (int i = at(stop) + 1; i < wal.outlines().size() && checkpoints < CHECKPOINTS; i++) {
      WalOutline outline = wal.outlines().get(i);
      parts.addAll(
          outline.omissions().databasesDropped() == 0 ? List.of(outline) : wal.singles(outline));
      checkpoints += checkpoints(outline);
    }
    return joined(parts);
  }

  /** Single segments, the latest first, from the outline that holds a position. */
  private List<WalOutline> before(Lsn stop) throws IOException {
    List<WalOutline> parts = new ArrayList<>();
    boolean checkpoint = false;
    for (int i = at(stop); i >= 0 && !checkpoint; i--) {
      List<WalOutline> singles = new ArrayList<>(wal.singles(wal.outlines().get(i)));
      Collections.reverse(singles);
      for (WalOutline single : singles) {
        if (!checkpoint) {
          parts.add(single);
          checkpoint = single.endLsn().isBefore(stop) && checkpoints(single) > 0;
        }
      }
    }
    return parts;
  }

  private static int checkpoints(WalOutline outline) {
    return (int)
        (outline.events().stream().filter(Checkpoint.class::isInstance).count()
            + outline.omissions().checkpoints());
  }

  /** What neighbours say, and the records that go over the boundaries between them. */
  private static List<WalEvent> joined(List<WalOutline> parts) {
    List<WalEvent> all = new ArrayList<>();
    WalOutline before = null;
    for (WalOutline part : parts) {
      if (before != null && before.unfinishedRecordLsn().isPresent()) {
        int known = before.events().size();
        PathWal.joint(before, part)
            .map(WalOutline::events)
            .ifPresent(both -> all.addAll(both.subList(known, both.size() - part.events().size())));
      }
      all.addAll(part.events());
      before = before == null ? part : PathWal.carried(before, part);
    }
    return all;
  }

  /** The outline that holds a position. */
  private int at(Lsn lsn) {
    int at = wal.outlines().size() - 1;
    while (at > 0 && !wal.outlines().get(at).startLsn().isBefore(lsn)) {
      at--;
    }
    return at;
  }

  /**
   * The record that marks the database: the last in-place change, before the transaction deletes
   * the row, of the same row. The transaction may begin only after it. The start of the WAL if the
   * row was deleted before it.
   */
  private Optional<Lsn> mark(DatabaseDropped event) throws IOException {
    List<ChangedRow> deleted = new ArrayList<>();
    int checkpoints = 0;
    for (int i = at(event.lsn()); i >= 0; i--) {
      List<WalOutline> singles = new ArrayList<>(wal.singles(wal.outlines().get(i)));
      Collections.reverse(singles);
      for (WalOutline single : singles) {
        if (single.startLsn().isBefore(event.lsn())) {
          Optional<Lsn> mark = mark(single, event, deleted);
          checkpoints += precedes(single, event.xid()) ? 1 : 0;
          if (mark.isPresent() || checkpoints > 1) {
            return mark;
          }
        }
      }
    }
    return deleted.isEmpty() ? Optional.of(wal.start()) : Optional.empty();
  }

  /**
   * Looks into one segment.
   *
   * @param deleted rows that the transaction deletes in later segments; those of this are added
   */
  private Optional<Lsn> mark(WalOutline single, DatabaseDropped event, List<ChangedRow> deleted)
      throws IOException {
    List<Mark> changed = new ArrayList<>();
    List<Mark> marks = new ArrayList<>();
    List<ChangedRow> here = new ArrayList<>();
    Lsn until = Lsn.min(single.endLsn(), event.lsn());
    try (WalReader records = wal.records(single.startLsn(), until)) {
      while (records.next()) {
        ChangedRow row = ChangedRow.of(records.record()).orElse(null);
        if (row == null || row.relation().tablespace() != GLOBAL_TABLESPACE) {
          continue;
        }
        if (row.kind() == ChangedRow.Kind.CHANGED_IN_PLACE) {
          changed.add(new Mark(row, records.record().lsn()));
        } else if (records.record().xid() == event.xid()) {
          here.add(row);
          changed.stream().filter(mark -> mark.row().sameRow(row)).forEach(marks::add);
        }
      }
    }
    changed.stream()
        .filter(mark -> deleted.stream().anyMatch(mark.row()::sameRow))
        .forEach(marks::add);
    deleted.addAll(here);
    return marks.stream().map(Mark::lsn).max(Lsn::compareTo);
  }

  private record Mark(ChangedRow row, Lsn lsn) {}

  /** Whether an outline has a checkpoint before which a transaction had not begun. */
  private static boolean precedes(WalOutline outline, long xid) {
    return outline.events().stream()
        .anyMatch(
            event ->
                event instanceof Checkpoint checkpoint && (int) (xid - checkpoint.nextXid()) >= 0);
  }
}
