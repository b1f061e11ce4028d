package dev.walden.recovery.plan;

import dev.walden.archive.inventory.WalPath;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.stop.TwoPhaseFile;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalEvent.Prepared;
import dev.walden.wal.index.WalEvent.TimelineSwitch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds prepared transactions that PostgreSQL would fail to read again, because they lie in a
 * segment in which a timeline begins; see {@link TwoPhaseFile}.
 */
final class PreparedAtStop {
  private final WalPath path;
  private final TimelineHistory history;
  private final TwoPhaseFile file;
  private final ExactChoice.Chosen chosen;

  PreparedAtStop(WalPath path, TimelineHistory history, ExactChoice.Chosen chosen) {
    this.path = path;
    this.history = history;
    this.file = new TwoPhaseFile(history, chosen.backup().cluster().segmentSize());
    this.chosen = chosen;
  }

  /** Refuses a stop at which every server fails: it reads them all when it stops. */
  void require(PlanRefusals refusal) throws RecoveryImpossibleException {
    TimelineId reached = history.timelineAt(chosen.stop().lsn().plus(-1));
    for (Prepared prepared : chosen.stop().prepared()) {
      if (isLost(prepared, reached)) {
        WalSegment needed = needed(prepared);
        throw refusal.of(
            Reason.PREPARED_TRANSACTION,
            String.format(
                "transaction %d (\"%s\") is prepared there, and the server, still on timeline %s,"
                    + " cannot find it again in %s. Stop after the switch to timeline %s, before"
                    + " %s, or on timeline %s.",
                prepared.xid(),
                prepared.gid(),
                reached,
                needed,
                needed.timeline(),
                prepared.lsn(),
                reached));
      }
    }
  }

  /** Those at which a hot standby fails before: it reads them where a timeline begins. */
  List<Prepared> atSwitches(List<ReplayableWal> coverages) throws IOException {
    List<Prepared> found = new ArrayList<>();
    for (ReplayableWal coverage : coverages) {
      if (coverage.backups().contains(chosen.backup())) {
        for (WalEvent event : coverage.wal().events()) {
          if (event instanceof TimelineSwitch begun
              && !event.lsn().isBefore(chosen.backup().endLsn())
              && event.lsn().isBefore(chosen.stop().lsn())) {
            coverage.wal().prepared(event.lsn()).stream()
                .filter(prepared -> isLost(prepared, begun.previousTimeline()))
                .forEach(found::add);
          }
        }
      }
    }
    return found;
  }

  /** What was prepared before the backup began, the backup has in a file. */
  private boolean isLost(Prepared prepared, TimelineId reached) {
    WalSegment needed = needed(prepared);
    return !prepared.lsn().isBefore(chosen.backup().startLsn())
        && !file.opened(needed.number(), reached).equals(needed);
  }

  /** The file with the end of its record, which may be of a later timeline than the beginning. */
  private WalSegment needed(Prepared prepared) {
    return path.segment(prepared.endLsn().plus(-1));
  }
}
