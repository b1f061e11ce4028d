package dev.walden.recovery.plan;

import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.recovery.RecoveryTarget.RestorePoint;
import dev.walden.recovery.RecoveryTarget.Transaction;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.plan.StopSearch.Ended;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalEvent.Checkpoint;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** The records that a name or a transaction ID can mean. */
final class TargetRecords {
  private static final long EPOCH = 1L << 32;

  private final List<ReplayableWal> coverages;
  private final RecoveryTarget target;
  private final PlanRefusals refusal;

  /**
   * The record that a name or a transaction ID means.
   *
   * @param lsn where it begins
   * @param target the target by which a server finds it
   * @param text what it is, for people
   */
  record TargetRecord(ReplayableWal coverage, Lsn lsn, RecoveryTarget target, String text) {

    /** The same stop, by position. */
    RecoveryTarget position() {
      return new Position(lsn, target.inclusive());
    }
  }

  TargetRecords(List<ReplayableWal> coverages, RecoveryTarget target, PlanRefusals refusal) {
    this.coverages = coverages;
    this.target = target;
    this.refusal = refusal;
  }

  /**
   * The only one.
   *
   * @throws RecoveryImpossibleException if there is none, or more than one
   */
  TargetRecord only() throws IOException {
    List<TargetRecord> all = new ArrayList<>();
    for (ReplayableWal coverage : coverages) {
      if (target instanceof Transaction transaction) {
        all.addAll(ends(coverage, transaction));
      } else if (target instanceof RestorePoint point) {
        all.addAll(points(coverage, point));
      }
    }
    // the first segment also holds what happened before replay begins
    all.removeIf(found -> found.lsn().isBefore(found.coverage().replayStart()));
    if (all.isEmpty()) {
      throw refusal.unknown(coverages);
    }
    if (all.size() > 1) {
      throw refusal.of(
          Reason.AMBIGUOUS_TARGET,
          "the archived WAL holds it "
              + all.size()
              + " times. Name the one you mean by its position:"
              + all.stream()
                  .map(o -> "\n  lsn:" + o.lsn() + " " + o.text())
                  .collect(Collectors.joining())
              + "\n");
    }
    return all.get(0);
  }

  private List<TargetRecord> points(ReplayableWal coverage, RestorePoint point) {
    return coverage.wal().events().stream()
        .filter(WalEvent.RestorePoint.class::isInstance)
        .map(WalEvent.RestorePoint.class::cast)
        .filter(made -> made.name().equals(point.name()))
        .map(made -> new TargetRecord(coverage, made.lsn(), told(made), "made at " + made.time()))
        .toList();
  }

  private RecoveryTarget told(WalEvent.RestorePoint made) {
    return RestorePoint.isKnownBy(made.name()) ? target : RecoveryTarget.lsn(made.lsn());
  }

  /** Where a transaction ended. WAL holds 32 bits of its ID. */
  private static List<TargetRecord> ends(ReplayableWal coverage, Transaction wanted)
      throws IOException {
    List<TargetRecord> found = new ArrayList<>();
    for (Ended ended : new StopSearch(coverage.wal()).ends(wanted.xid32())) {
      OptionalLong full = fullXid(coverage, wanted, ended);
      if (wanted.xid() < EPOCH || full.isEmpty() || full.getAsLong() == wanted.xid()) {
        found.add(end(coverage, wanted, ended));
      }
    }
    return found;
  }

  private static TargetRecord end(ReplayableWal coverage, Transaction wanted, Ended ended) {
    RecoveryTarget target =
        ended.own() ? wanted : new Transaction(ended.transaction().xid(), wanted.inclusive());
    String text =
        ended.transaction()
            + (ended.own() ? "" : ", of which " + wanted.xid32() + " is a subtransaction");
    return new TargetRecord(coverage, ended.transaction().lsn(), target, text);
  }

  /** The 64 bits of the wanted ID at that place, by a checkpoint before it. */
  private static OptionalLong fullXid(ReplayableWal coverage, Transaction wanted, Ended ended) {
    OptionalLong next = OptionalLong.empty();
    // of each outline, since of many only the first and the last of all are left
    for (WalOutline outline : coverage.wal().outlines()) {
      for (WalEvent event : outline.events()) {
        if (event instanceof Checkpoint checkpoint
            && (next.isEmpty() || !event.lsn().isAfter(ended.transaction().lsn()))) {
          next = OptionalLong.of(checkpoint.nextXid());
        }
      }
    }
    if (next.isEmpty()) {
      return next;
    }
    // of the IDs with these 32 bits the one closest to the next that was to be given
    long ahead = (int) (wanted.xid32() - next.getAsLong());
    return OptionalLong.of(next.getAsLong() + ahead);
  }
}
