package dev.walden.recovery.simulate;

import dev.walden.recovery.stop.RequiredSettings;
import dev.walden.wal.record.StandbyBody.RunningTransactions;

/**
 * Whether a recovering server could take queries, but for consistency: it must have learnt which
 * transactions run.
 *
 * <p>Source: {@code ProcArrayApplyRecoveryInfo} in {@code src/backend/storage/ipc/procarray.c}.
 */
final class HotStandby {
  private enum Snapshot {
    NONE,
    /** Subtransactions were missing; ready once all that ran then have ended. */
    PENDING,
    READY
  }

  private final boolean on;
  private Snapshot snapshot = Snapshot.NONE;
  private long pendingXmin;

  HotStandby(boolean on) {
    this.on = on;
  }

  boolean ready() {
    return on && snapshot == Snapshot.READY;
  }

  /** At a shutdown nothing runs. */
  void shutDown() {
    snapshot = Snapshot.READY;
  }

  void learn(RunningTransactions running) {
    if (snapshot == Snapshot.READY) {
      return;
    }
    boolean complete = !running.overflowed();
    if (snapshot == Snapshot.PENDING && !complete && !running.transactions().isEmpty()) {
      if (precedes(pendingXmin, running.oldestRunningXid())) {
        snapshot = Snapshot.READY;
      }
      return;
    }
    snapshot = complete ? Snapshot.READY : Snapshot.PENDING;
    pendingXmin = running.nextXid() - 1;
  }

  private static boolean precedes(long left, long right) {
    return (int) (left - right) < 0;
  }

  /** Whether the server's settings are too low for WAL written with others. */
  boolean tooLow(RequiredSettings server, RequiredSettings needed) {
    return on && !server.satisfy(needed);
  }
}
