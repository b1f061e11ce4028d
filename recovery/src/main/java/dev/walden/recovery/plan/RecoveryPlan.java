package dev.walden.recovery.plan;

import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.json.JsonObject;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How to recover: made by {@link RecoveryPlanner}, carried out by a restore. A value that says what
 * was decided when the archive was asked; nothing in it changes.
 *
 * @param target what was asked for
 * @param serverTarget the {@code recovery_target_*} setting; differs from {@code target} only if
 *     the server finds the same record by it and not by {@code target}
 * @param requestedTimeline what was asked for
 * @param history of the timeline whose number the server gets as {@code recovery_target_timeline}
 * @param backupReason why this backup, as a phrase
 * @param wal the segments that recovery can need, in order, as far as is known without reading them
 * @param gapAhead whether {@code wal} is followed by a gap, so that the server must not prefetch
 * @param stop where recovery will stop; empty if the planner read no WAL
 * @param warnings what to know before the plan is carried out
 */
public record RecoveryPlan(
    ClusterIdentity cluster,
    RecoveryTarget target,
    RecoveryTarget serverTarget,
    RecoveryTargetTimeline requestedTimeline,
    TimelineHistory history,
    BaseBackup backup,
    String backupReason,
    List<PlannedWal> wal,
    boolean gapAhead,
    Optional<RecoveryStopPoint> stop,
    RecoveryTargetAction action,
    List<PlanWarning> warnings) {

  public RecoveryPlan {
    wal = List.copyOf(wal);
    warnings = List.copyOf(warnings);
    if (wal.isEmpty()) {
      throw new IllegalArgumentException("no base backup is consistent without WAL");
    }
  }

  /** The timeline to recover to: {@code recovery_target_timeline}. */
  public TimelineId timeline() {
    return history.timeline();
  }

  /** The history files that recovery reads: those of the timeline and its ancestors, except 1. */
  public List<WalFileName.History> historyFiles() {
    return Stream.concat(
            history.ancestors().stream().map(TimelineHistory.Ancestor::timeline),
            Stream.of(history.timeline()))
        .filter(timeline -> !timeline.equals(TimelineId.FIRST))
        .map(WalFileName.History::new)
        .toList();
  }

  /** The segments of {@link #wal}, in order. */
  public Stream<WalSegment> segments() {
    return wal.stream().flatMap(PlannedWal::segments);
  }

  public long segmentCount() {
    return wal.stream().mapToLong(PlannedWal::segmentCount).sum();
  }

  /** The position after the last segment of {@link #wal}. */
  public Lsn walEnd() {
    return wal.get(wal.size() - 1).range().end();
  }

  /** What the planned segments take in the archive. */
  public long storedWalBytes() {
    return wal.stream().mapToLong(PlannedWal::storedBytes).sum();
  }

  /** What has to be fetched from the archive: backup and WAL, as stored. */
  public long storedBytes() {
    return backup.storedBytes() + storedWalBytes();
  }

  /** Explains what will happen, and why. */
  public String explain() {
    return new PlanText(this).explain();
  }

  /** The same for programs. Members are only ever added. */
  public JsonObject toJson() {
    return new PlanText(this).toJson();
  }

  /** One line. */
  @Override
  public String toString() {
    return "recovery of cluster "
        + cluster.systemIdentifier()
        + " from backup "
        + backup.id()
        + " along timeline "
        + timeline()
        + " to "
        + target;
  }
}
