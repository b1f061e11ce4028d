package dev.walden.examples.cli;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupId;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where recovery stops. */
final class TargetOptions {
  @ArgGroup private Target target;

  @Option(names = "--timeline", paramLabel = "N", description = "latest, current or a number")
  private String timeline = "latest";

  @Option(names = "--backup", paramLabel = "ID", description = "start from this backup")
  private String backup;

  @Option(names = "--action", description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private RecoveryTargetAction action = RecoveryTargetAction.PROMOTE;

  /** At most one of these; without any, the latest state. */
  private static final class Target {
    @Option(
        names = "--target",
        paramLabel = "TEXT",
        description = "a target as printed by the points command: before-xid:742")
    private String text;

    @Option(
        names = "--time",
        description = "up to this time, inclusive: 2026-11-22T10:15:30.123456Z")
    private String time;

    @Option(names = "--before-time", description = "up to this time, exclusive")
    private String beforeTime;

    @Option(names = "--xid", description = "up to this transaction, inclusive")
    private Long transaction;

    @Option(names = "--before-xid", description = "up to this transaction, exclusive")
    private Long beforeTransaction;

    @Option(names = "--lsn", description = "up to the record at this LSN, inclusive")
    private String lsn;

    @Option(names = "--before-lsn", description = "up to this LSN, exclusive")
    private String beforeLsn;

    @Option(names = "--name", description = "up to this restore point")
    private String name;

    @Option(names = "--immediate", description = "as soon as the backup is consistent")
    private boolean immediate;

    private RecoveryTarget get() {
      if (text != null) {
        return RecoveryTarget.parse(text);
      } else if (time != null) {
        return RecoveryTarget.parse(time);
      } else if (beforeTime != null) {
        RecoveryTarget.Time with = (RecoveryTarget.Time) RecoveryTarget.parse(beforeTime);
        return RecoveryTarget.beforeTime(with.time());
      } else if (transaction != null) {
        return RecoveryTarget.transaction(transaction);
      } else if (beforeTransaction != null) {
        return RecoveryTarget.beforeTransaction(beforeTransaction);
      } else if (lsn != null) {
        return RecoveryTarget.lsn(Lsn.parse(lsn));
      } else if (beforeLsn != null) {
        return RecoveryTarget.beforeLsn(Lsn.parse(beforeLsn));
      } else if (name != null) {
        return RecoveryTarget.name(name);
      }
      return immediate ? RecoveryTarget.immediate() : RecoveryTarget.latest();
    }
  }

  RecoveryPlan plan(ArchiveStore archive) throws IOException {
    RecoveryPlanner planner = RecoveryPlanner.of(archive).targetTimeline(timeline()).action(action);
    if (backup != null) {
      planner = planner.backup(new BackupId(backup));
    }
    return planner.plan(target == null ? RecoveryTarget.latest() : target.get());
  }

  private RecoveryTargetTimeline timeline() {
    return switch (timeline) {
      case "latest" -> RecoveryTargetTimeline.latest();
      case "current" -> RecoveryTargetTimeline.current();
      default -> RecoveryTargetTimeline.of(new TimelineId(Long.parseLong(timeline)));
    };
  }
}
