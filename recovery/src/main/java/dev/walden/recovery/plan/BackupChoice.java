package dev.walden.recovery.plan;

import dev.walden.backup.BaseBackup;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Immediate;
import dev.walden.recovery.RecoveryTarget.Latest;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.recovery.RecoveryTarget.Time;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import java.io.IOException;
import java.util.List;

/**
 * A base backup and why it was chosen.
 *
 * @param reason a phrase, such as "the newest of 3"
 */
record BackupChoice(BaseBackup backup, String reason) {

  /**
   * Chooses among backups that all lead to the timeline, the oldest first; not empty.
   *
   * @throws RecoveryImpossibleException if the target lies before the end of each
   */
  static BackupChoice choose(
      RecoveryTarget target, List<BaseBackup> candidates, PlanRefusals refusal) throws IOException {
    List<BaseBackup> ended =
        candidates.stream().filter(backup -> surelyEndedBefore(target, backup)).toList();
    if (ended.isEmpty()) {
      BaseBackup first = candidates.get(0);
      throw new RecoveryImpossibleException(
          Reason.TARGET_BEFORE_BACKUP,
          String.format(
              "Cannot recover to %s: the oldest usable backup %s ended at %s, %s,"
                  + " and no server can stop before that. %s",
              target, first.id(), first.endLsn(), first.endTime(), refusal.offer()));
    }
    boolean only = ended.size() == 1;
    if (!isPlaced(target)) {
      return new BackupChoice(
          ended.get(0),
          (only ? "the only one" : "the oldest of the " + ended.size())
              + " that lead there, since only the WAL itself can tell where it holds "
              + TargetEvent.of(target));
    }
    boolean all = target instanceof Latest || target instanceof Immediate;
    return new BackupChoice(
        ended.get(ended.size() - 1),
        (only ? "the only one" : "the newest of the " + ended.size())
            + (all ? " that lead there" : " that lead there and end before the target"));
  }

  /** Whether it is known, without reading WAL, which backups the target lies after. */
  static boolean isPlaced(RecoveryTarget target) {
    return target instanceof Latest
        || target instanceof Immediate
        || target instanceof Position
        || target instanceof Time;
  }

  /** False if a server started from the backup could meet the target before it is consistent. */
  static boolean surelyEndedBefore(RecoveryTarget target, BaseBackup backup) {
    if (target instanceof Position position) {
      return !position.lsn().isBefore(backup.endLsn());
    }
    if (target instanceof Time time) {
      // commits of the very moment at which the backup ended may lie before its end
      return time.inclusive()
          ? !backup.endTime().isAfter(time.time())
          : backup.endTime().isBefore(time.time());
    }
    return true;
  }
}
