package dev.walden.recovery;

import dev.walden.archive.WalInventory;
import dev.walden.archive.WalPath;
import dev.walden.archive.WalPath.Reach;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.recovery.RecoveryImpossibleException.Reason;
import dev.walden.recovery.RecoveryTarget.Immediate;
import dev.walden.recovery.RecoveryTarget.Latest;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides how to recover: a pure function of what an archive holds. */
final class PlanDecision {
  private final ArchiveContents contents;
  private final RecoveryRequest request;
  private final RecoveryTarget target;
  private final WalSegmentSize size;

  PlanDecision(ArchiveContents contents, RecoveryRequest request) {
    this.contents = contents;
    this.request = request;
    this.target = request.target();
    this.size = contents.cluster().segmentSize();
  }

  RecoveryPlan plan() throws RecoveryImpossibleException {
    List<BaseBackup> backups = backups();
    TimelineHistory history = new TimelineChoice(contents, request, backups).choose();
    BackupChoice choice =
        BackupChoice.choose(target, Recoverable.leadingTo(history, backups), contents);
    WalPath path = new WalPath(contents.wal(), history);
    Reach reach = path.from(choice.backup().startLsn());
    Optional<WalSegment> impostor = path.impostor(reach);
    requireConsistency(choice.backup(), reach, impostor);
    requireTarget(path, reach, impostor);
    Lsn end = plannedEnd(choice.backup(), reach);
    return new RecoveryPlan(
        contents.cluster(),
        target,
        request.timeline(),
        history,
        choice.backup(),
        request.backup().isPresent() ? "the one asked for" : choice.reason(),
        planned(reach.ranges(), end),
        reach.next().isPresent() || impostor.isPresent(),
        request.action(),
        new PlanWarnings(contents, target, history, reach).all());
  }

  private List<BaseBackup> backups() throws RecoveryImpossibleException {
    if (contents.backups().isEmpty()) {
      throw impossible(Reason.NO_BACKUP, "the archive holds no complete base backup.");
    }
    if (request.backup().isEmpty()) {
      return contents.backups();
    }
    Optional<BaseBackup> backup = contents.backup(request.backup().get());
    if (backup.isEmpty()) {
      throw impossible(
          Reason.UNKNOWN_BACKUP,
          "the archive holds no complete base backup " + request.backup().get() + ".");
    }
    return List.of(backup.get());
  }

  private void requireConsistency(BaseBackup backup, Reach reach, Optional<WalSegment> impostor)
      throws RecoveryImpossibleException {
    if (reach.end().isBefore(backup.endLsn())) {
      throw impossible(
          impostor.isPresent() ? Reason.FORK_WAL_MISSING : Reason.WAL_MISSING,
          String.format(
              "backup %s is consistent only once the WAL from %s to %s is replayed, and %s.",
              backup.id(), backup.startLsn(), backup.endLsn(), missing(reach)));
    }
  }

  /** Refuses what would end too early, or somewhere else, without anybody noticing. */
  private void requireTarget(WalPath path, Reach reach, Optional<WalSegment> impostor)
      throws RecoveryImpossibleException {
    boolean inside =
        target instanceof Immediate
            || target instanceof Position position && position.lsn().isBefore(reach.end());
    if (inside) {
      return;
    }
    if (impostor.isPresent()) {
      WalSegment wanted = path.segment(reach.end());
      throw impossible(
          Reason.FORK_WAL_MISSING,
          String.format(
              "%s is not in the archive, and the server would take %s instead and replay what"
                  + " never happened on timeline %s. Name timeline %s if that is what you want.",
              wanted, impostor.get(), wanted.timeline(), impostor.get().timeline()));
    }
    if (reach.next().isPresent() && (target instanceof Latest || target instanceof Position)) {
      throw impossible(Reason.WAL_MISSING, missing(reach) + ", so nothing behind can be replayed.");
    }
    if (target instanceof Position) {
      throw impossible(Reason.TARGET_BEYOND_WAL, missing(reach) + ".");
    }
  }

  private String missing(Reach reach) {
    WalRange next = reach.next().orElse(null);
    return next == null
        ? "the archived WAL on the way ends at " + reach.end()
        : String.format(
            "the WAL from %s to %s is missing, while it is there before and from %s on timeline"
                + " %s on",
            reach.end(), next.start(), next.start(), next.timeline());
  }

  private RecoveryImpossibleException impossible(Reason reason, String problem) {
    return new RecoveryImpossibleException(
        reason,
        String.format("Cannot recover to %s: %s %s", target, problem, Recoverable.offer(contents)));
  }

  /** Behind the last segment that the target can need, as far as that is known. */
  private Lsn plannedEnd(BaseBackup backup, Reach reach) {
    if (target instanceof Immediate) {
      return size.startOf(size.segmentNumberBefore(backup.endLsn()) + 1);
    }
    if (target instanceof Position position) {
      // the record may begin in the next segment, as after a switch of segments
      return Lsn.min(reach.end(), size.startOf(size.segmentNumber(position.lsn()) + 2));
    }
    return reach.end();
  }

  private List<PlannedWal> planned(List<WalRange> ranges, Lsn end) {
    WalInventory wal = contents.wal();
    List<PlannedWal> planned = new ArrayList<>();
    for (WalRange range : ranges) {
      if (range.start().isBefore(end)) {
        Lsn rangeEnd = Lsn.min(range.end(), end);
        planned.add(PlannedWal.of(wal, new WalRange(range.timeline(), range.start(), rangeEnd)));
      }
    }
    return planned;
  }
}
