package dev.walden.recovery.plan;

import dev.walden.backup.BaseBackup;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Immediate;
import dev.walden.recovery.RecoveryTarget.Latest;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.recovery.RecoveryTarget.Time;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a plan must say, found out the slow way: by walking segment after segment as PostgreSQL's
 * {@code XLogFileReadAnyTLI} does, and asking for each file whether its bytes belong on the way.
 */
final class PlanOracle {
  private final PlanWorld world;

  PlanOracle(PlanWorld world) {
    this.world = world;
  }

  /**
   * The answer: a plan, or a reason why there is none.
   *
   * @param files timeline and number of each segment
   */
  record Answer(Reason reason, int timeline, BaseBackup backup, List<String> files) {
    static Answer refused(Reason reason) {
      return new Answer(reason, 0, null, List.of());
    }
  }

  Answer answer(RecoveryTarget target) {
    if (world.backups.isEmpty()) {
      return Answer.refused(Reason.NO_BACKUP);
    }
    int timeline = world.parents.size() - 1;
    while (timeline > 0 && (!known(timeline) || leading(timeline).isEmpty())) {
      timeline--;
    }
    if (timeline == 0) {
      return Answer.refused(Reason.BACKUP_OFF_TIMELINE);
    }
    if (target instanceof Immediate) {
      List<BaseBackup> leading = leading(timeline);
      timeline = (int) leading.get(leading.size() - 1).endTimeline().value();
      if (!known(timeline)) {
        return Answer.refused(Reason.MISSING_HISTORY);
      }
    }
    return along(timeline, target);
  }

  private boolean known(int timeline) {
    return timeline == 1 || !world.missingHistories.contains(timeline);
  }

  private List<BaseBackup> leading(int timeline) {
    List<BaseBackup> leading = new ArrayList<>();
    for (BaseBackup backup : world.backups) {
      if (world.owner(timeline, backup.checkpointLsn().value()) == backup.startTimeline().value()
          && world.owner(timeline, backup.endLsn().value() - 1) == backup.endTimeline().value()) {
        leading.add(backup);
      }
    }
    leading.sort(
        Comparator.comparing((BaseBackup b) -> b.endLsn().value())
            .thenComparing(BaseBackup::endTime)
            .thenComparing(b -> b.id().text()));
    return leading;
  }

  private Answer along(int timeline, RecoveryTarget target) {
    BaseBackup backup = null;
    for (BaseBackup candidate : leading(timeline)) {
      boolean oldest =
          target instanceof RecoveryTarget.Transaction
              || target instanceof RecoveryTarget.RestorePoint;
      if (endedBefore(target, candidate) && !(oldest && backup != null)) {
        backup = candidate;
      }
    }
    return backup == null
        ? Answer.refused(Reason.TARGET_BEFORE_BACKUP)
        : from(backup, timeline, target);
  }

  private static boolean endedBefore(RecoveryTarget target, BaseBackup backup) {
    if (target instanceof Position position) {
      return backup.endLsn().value() <= position.lsn().value();
    }
    if (target instanceof Time time) {
      int order = backup.endTime().compareTo(time.time());
      return order < 0 || order == 0 && time.inclusive();
    }
    return true;
  }

  private Answer from(BaseBackup backup, int timeline, RecoveryTarget target) {
    List<String> files = new ArrayList<>();
    long number = backup.startLsn().value() / PlanWorld.SEGMENT;
    int last = 0;
    boolean wrong = false;
    while (true) {
      int file = asPostgresChooses(timeline, number, last);
      wrong = file > 0 && !belongs(timeline, file, number);
      if (file == 0 || wrong) {
        break;
      }
      files.add(file + ":" + number++);
      last = file;
    }
    boolean more = false;
    for (long later = number + 1; later <= 2 * PlanWorld.SEGMENTS; later++) {
      for (int file : world.newestFirst(timeline)) {
        more |= world.holds(file, later) && belongs(timeline, file, later);
      }
    }
    for (int file : world.newestFirst(timeline)) {
      boolean asked = file >= last && number >= world.begins.get(file) / PlanWorld.SEGMENT;
      more |= asked && !wrong && wentOn(file, number);
    }
    long end = number * PlanWorld.SEGMENT;
    if (end < backup.endLsn().value()) {
      return Answer.refused(wrong ? Reason.FORK_WAL_MISSING : Reason.WAL_MISSING);
    }
    long needed = needed(backup, target);
    if (needed > end && wrong) {
      return Answer.refused(Reason.FORK_WAL_MISSING);
    }
    if (target instanceof Position && needed > end) {
      return Answer.refused(more ? Reason.WAL_MISSING : Reason.TARGET_BEYOND_WAL);
    }
    if (target instanceof Latest && more) {
      return Answer.refused(Reason.WAL_MISSING);
    }
    return new Answer(null, timeline, backup, files);
  }

  /** Whether there was more of a timeline than this segment that is missing. */
  private boolean wentOn(int file, long number) {
    for (long later = number + 1; later <= 2 * PlanWorld.SEGMENTS; later++) {
      if (world.holds(file, later)) {
        return true;
      }
    }
    for (int other = 1; other < world.parents.size(); other++) {
      List<Integer> way = world.newestFirst(other);
      boolean left = known(other) && way.indexOf(file) > 0;
      for (int newer = 0; left && newer < way.indexOf(file); newer++) {
        left = world.begins.get(way.get(newer)) >= (number + 1) * PlanWorld.SEGMENT;
      }
      if (left) {
        return true;
      }
    }
    return false;
  }

  /** Where the WAL may end at the earliest. */
  private static long needed(BaseBackup backup, RecoveryTarget target) {
    return target instanceof Immediate
        ? backup.endLsn().value()
        : target instanceof Position position ? position.lsn().value() + 1 : Long.MAX_VALUE;
  }

  private int asPostgresChooses(int timeline, long number, int last) {
    for (int file : world.newestFirst(timeline)) {
      if (file < last) {
        return 0;
      }
      if (number >= world.begins.get(file) / PlanWorld.SEGMENT && world.holds(file, number)) {
        return file;
      }
    }
    return 0;
  }

  /** Whether each byte of a segment on the way is the same in this timeline's file. */
  private boolean belongs(int timeline, int file, long number) {
    for (long at = number * PlanWorld.SEGMENT; at < (number + 1) * PlanWorld.SEGMENT; at += 8) {
      int owner = world.owner(timeline, at);
      // a new timeline's first segment begins with a copy of what it left
      if (owner != file && owner != world.owner(file, at)) {
        return false;
      }
    }
    return true;
  }
}
