package dev.walden.recovery.plan;

import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.wal.Lsn;

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
