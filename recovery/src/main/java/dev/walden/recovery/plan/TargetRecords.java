package dev.walden.recovery.plan;

import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.RestorePoint;
import dev.walden.recovery.RecoveryTarget.Transaction;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.wal.index.WalEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The records that a name or a transaction ID can mean. */
final class TargetRecords {
  private final List<ReplayableWal> coverages;
  private final RecoveryTarget target;
  private final PlanRefusals refusal;

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
        all.addAll(new TransactionSearch(coverage, transaction).occurrences());
      } else if (target instanceof RestorePoint point) {
        all.addAll(points(coverage, point));
      }
    }
    // the first segment also holds what happened before replay begins
    all.removeIf(found -> found.lsn().isBefore(found.coverage().begin()));
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
}
