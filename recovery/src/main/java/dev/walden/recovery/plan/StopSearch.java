package dev.walden.recovery.plan;

import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.recovery.RecoveryTarget.RestorePoint;
import dev.walden.recovery.RecoveryTarget.Time;
import dev.walden.recovery.RecoveryTarget.Transaction;
import dev.walden.recovery.path.PathScan;
import dev.walden.recovery.path.PathWal;
import dev.walden.recovery.stop.ReplayedRecord;
import dev.walden.recovery.stop.StopDecision;
import dev.walden.recovery.stop.StopRules;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.record.TransactionBody.End;
import dev.walden.wal.record.WalReader;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the record at which a server stops, without replaying what lies before it. */
final class StopSearch {
  private static final int SHOWN = 10;

  private final PathWal wal;
  private final PathScan scan;

  StopSearch(PathWal wal) {
    this.wal = wal;
    this.scan = new PathScan(wal);
  }

  /**
   * A record at which recovery stops.
   *
   * @param lsn the position after the last record that is replayed
   */
  record Found(ReplayedRecord record, StopDecision stop, Lsn lsn) {}

  /**
   * The first record at which a server stops.
   *
   * @param redo where it begins to replay
   * @param target none that is met by being consistent
   */
  Optional<Found> first(Lsn redo, RecoveryTarget target) throws IOException {
    StopRules rules = new StopRules(target);
    if (target instanceof Position position) {
      return at(rules, Lsn.max(redo, position.lsn()));
    }
    List<Found> found = new ArrayList<>(1);
    scan.forwards(
        redo,
        outline -> mayStop(outline, target),
        (record, previous) -> {
          Optional<StopDecision> stop = rules.before(record, false);
          if (stop.isEmpty()) {
            stop = rules.after(record, false);
          }
          if (stop.isPresent()) {
            Lsn end = stop.get().after() ? record.end() : scan.endOf(previous);
            found.add(new Found(record, stop.get(), end));
          }
          return found.isEmpty();
        });
    return found.stream().findFirst();
  }

  /** Every record counts, so outlines tell nothing. */
  private Optional<Found> at(StopRules rules, Lsn lsn) throws IOException {
    if (!lsn.isBefore(wal.end())) {
      // damage may begin there
      return Optional.empty();
    }
    try (WalReader records = wal.records(wal.nextBegin(lsn), wal.end())) {
      if (!records.next()) {
        return Optional.empty();
      }
      Lsn previous = records.record().previous();
      ReplayedRecord record = ReplayedRecord.of(records.record());
      StopDecision stop =
          rules.before(record, false).or(() -> rules.after(record, false)).orElseThrow();
      return Optional.of(
          new Found(record, stop, stop.after() ? record.end() : scan.endOf(previous)));
    }
  }

  private static boolean mayStop(WalOutline outline, RecoveryTarget target) {
    if (target instanceof RestorePoint point) {
      return outline.events().stream().anyMatch(event -> isPoint(event, point));
    }
    if (target instanceof Transaction transaction) {
      return outline.mayEnd(transaction.xid32());
    }
    if (target instanceof Time time) {
      return outline
          .transactions()
          .times()
          .map(times -> endedAfter(times.highest(), time))
          .orElse(false);
    }
    return false;
  }

  private static boolean isPoint(WalEvent event, RestorePoint point) {
    return event instanceof WalEvent.RestorePoint made && made.name().equals(point.name());
  }

  private static boolean endedAfter(Instant end, Time time) {
    return time.inclusive() ? end.isAfter(time.time()) : !end.isBefore(time.time());
  }

  /**
   * The ends of a transaction, of all that share the 32 bits: its own records, and those of the
   * transactions whose subtransaction it was.
   */
  List<Ended> ends(long xid32) throws IOException {
    List<Ended> ends = new ArrayList<>();
    scan.forwards(
        wal.start(),
        outline -> outline.mayEnd(xid32),
        (record, previous) -> {
          if (record.body().orElse(null) instanceof End end
              && (end.xid() == xid32 || end.subtransactions().contains(xid32))) {
            ends.add(new Ended(new EndedTransaction(record.start(), end), end.xid() == xid32));
          }
          return true;
        });
    return ends;
  }

  /**
   * The end of a transaction.
   *
   * @param own whether the record is its own, and not that of its parent
   */
  record Ended(EndedTransaction transaction, boolean own) {}

  /** Transactions whose ends lie after a position, though they ended before a time. */
  List<EndedTransaction> lost(Lsn from, Time time) throws IOException {
    List<EndedTransaction> lost = new ArrayList<>();
    scan.forwards(
        from,
        outline ->
            outline.transactions().times().map(t -> !endedAfter(t.lowest(), time)).orElse(false),
        (record, previous) -> {
          if (record.body().orElse(null) instanceof End end && !endedAfter(end.time(), time)) {
            lost.add(new EndedTransaction(record.start(), end));
          }
          return lost.size() < SHOWN;
        });
    return lost;
  }

  /** Describes a stop. */
  RecoveryStopPoint describe(Found found, RecoveryTarget target) throws IOException {
    Lsn record = found.record().start();
    Lsn after = found.stop().after() ? found.record().end() : record;
    return new RecoveryStopPoint(
        found.lsn(),
        Optional.of(record),
        found.stop().after(),
        Optional.of(found.stop().logged()),
        scan.lastBefore(after),
        scan.firstFrom(after),
        target instanceof Time time ? lost(record, time) : List.of(),
        wal.prepared(found.lsn()));
  }

  /** The end of the archived WAL. */
  RecoveryStopPoint end() throws IOException {
    Lsn end = wal.end();
    return new RecoveryStopPoint(
        end,
        Optional.empty(),
        false,
        Optional.empty(),
        scan.lastBefore(end),
        Optional.empty(),
        List.of(),
        wal.prepared(end));
  }

  /** The position at which recovery stops because the cluster is consistent. */
  RecoveryStopPoint at(Lsn lsn) throws IOException {
    return new RecoveryStopPoint(
        lsn,
        Optional.empty(),
        false,
        Optional.empty(),
        scan.lastBefore(lsn),
        scan.firstFrom(lsn),
        List.of(),
        wal.prepared(lsn));
  }
}
