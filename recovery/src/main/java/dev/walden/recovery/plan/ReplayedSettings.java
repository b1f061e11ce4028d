package dev.walden.recovery.plan;

import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.stop.RequiredSettings;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The changes of {@link RequiredSettings} in the WAL that is replayed. */
record ReplayedSettings(List<WalEvent.ParameterChange> changes) {

  /**
   * Finds the changes that a server replays.
   *
   * @throws RecoveryImpossibleException if {@code wal_level} became {@code minimal}
   */
  static ReplayedSettings of(
      List<ReplayableWal> coverages, ExactChoice.Chosen chosen, PlanRefusals refusal)
      throws IOException {
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
    return new ReplayedSettings(changes);
  }

  /** What the operator must configure before the server is started. */
  List<String> warnings() {
    return changes.stream()
        .map(
            change ->
                "At "
                    + change.lsn()
                    + " the server changed its settings: with hot_standby on, the restored one needs"
                    + " at least "
                    + RequiredSettings.of(change.parameters()).text()
                    + ", or recovery stops there")
        .toList();
  }
}
