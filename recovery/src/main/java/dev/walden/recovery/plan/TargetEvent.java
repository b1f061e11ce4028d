package dev.walden.recovery.plan;

import dev.walden.errors.Printable;
import dev.walden.recovery.RecoveryTarget;

/** Names what the WAL must hold for a target to be met. */
final class TargetEvent {
  private TargetEvent() {}

  /** As a noun phrase. */
  static String of(RecoveryTarget target) {
    if (target instanceof RecoveryTarget.Transaction transaction) {
      return "the end of transaction " + transaction.xid();
    }
    if (target instanceof RecoveryTarget.RestorePoint point) {
      return "the restore point \"" + Printable.of(point.name()) + '"';
    }
    if (target instanceof RecoveryTarget.Time time) {
      return "a transaction that ended "
          + (time.inclusive() ? "after " : "at or after ")
          + time.time();
    }
    return target.toString();
  }
}
