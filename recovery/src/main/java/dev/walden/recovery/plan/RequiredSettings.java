package dev.walden.recovery.plan;

import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.record.XlogBody.ParameterChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the replayed WAL demands of the restored server's settings: a hot standby must not have them
 * lower than the server that wrote it.
 *
 * <p>Source: {@code CheckRequiredParameterValues} in {@code src/backend/access/transam/xlog.c}.
 */
record RequiredSettings(List<WalEvent.ParameterChange> changes) {

  /**
   * Finds the changes that a server replays.
   *
   * @throws RecoveryImpossibleException if {@code wal_level} became {@code minimal}
   */
  static RequiredSettings of(
      List<ReplayableWal> coverages, ExactChoice.Chosen chosen, PlanRefusals refusal)
      throws RecoveryImpossibleException {
    List<WalEvent.ParameterChange> changes = new ArrayList<>();
    Lsn from = chosen.backup().startLsn();
    for (ReplayableWal coverage : coverages) {
      if (coverage.backups().contains(chosen.backup())) {
        for (WalEvent event : coverage.wal().events()) {
          if (event instanceof WalEvent.ParameterChange change
              && !change.lsn().isBefore(from)
              && change.lsn().isBefore(chosen.stop().lsn())) {
            changes.add(change);
          }
        }
      }
    }
    for (WalEvent.ParameterChange change : changes) {
      if (change.parameters().walLevel() == WalLevel.MINIMAL) {
        throw refusal.of(
            Reason.MINIMAL_WAL,
            String.format(
                "from %s on the WAL was written with wal_level = minimal, which no server replays;"
                    + " only a base backup made after that leads further.",
                change.lsn()));
      }
    }
    return new RequiredSettings(changes);
  }

  /** What somebody must see to before the server is started. */
  List<String> warnings() {
    return changes.stream()
        .map(
            change -> {
              ParameterChange set = change.parameters();
              return String.format(
                  Locale.ROOT,
                  "At %s the server changed its settings: with hot_standby on, the restored one"
                      + " needs at least max_connections = %d, max_worker_processes = %d,"
                      + " max_wal_senders = %d, max_prepared_transactions = %d,"
                      + " max_locks_per_transaction = %d, or recovery stops there",
                  change.lsn(),
                  set.maxConnections(),
                  set.maxWorkerProcesses(),
                  set.maxWalSenders(),
                  set.maxPreparedTransactions(),
                  set.maxLocksPerTransaction());
            })
        .toList();
  }
}
