package dev.walden.recovery.plan;

import dev.walden.archive.BackupListing;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.archive.inventory.WalPath.Continuous;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Immediate;
import dev.walden.recovery.RecoveryTarget.Latest;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.path.ArchiveEnd;
import dev.walden.recovery.path.ArchiveEnd.Hole;
import dev.walden.recovery.path.ArchiveEnd.Verdict;
import dev.walden.recovery.path.PathWal;
import dev.walden.recovery.path.Recoverable;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides how to recover: a pure function of what an archive holds. */
final class PlanDecision {
  private final ArchiveContents contents;
  private final RecoveryRequest request;
  private final RecoveryTarget target;
  private final WalSegmentSize size;
  private final PlanRefusals refusal;
  private final Optional<PathWal.Access> access;

  /**
   * Begins to decide.
   *
   * @param access how to read the WAL; without it the place of the target remains open
   */
  PlanDecision(ArchiveContents contents, RecoveryRequest request, Optional<PathWal.Access> access) {
    this.contents = contents;
    this.request = request;
    this.access = access;
    this.target = request.target();
    this.size = contents.cluster().segmentSize();
    this.refusal = new PlanRefusals(contents, target, access);
  }

  RecoveryPlan plan() throws IOException {
    List<BaseBackup> backups = backups();
    TimelineHistory history = new TimelineChoice(refusal, request, backups).choose();
    WalPath path = new WalPath(contents.wal(), history);
    List<BaseBackup> leading = Recoverable.leadingTo(history, backups);
    return access.isPresent()
        ? exact(path, history, leading, access.get())
        : byInventory(path, history, leading);
  }

  /** Reads no WAL. */
  private RecoveryPlan byInventory(WalPath path, TimelineHistory history, List<BaseBackup> leading)
      throws IOException {
    BackupChoice choice = BackupChoice.choose(target, leading, refusal);
    Continuous continuous = path.from(choice.backup().startLsn());
    Verdict verdict = ArchiveEnd.of(contents.wal()).after(path, continuous);
    requireConsistency(path, choice.backup(), continuous);
    requireTarget(path, continuous, verdict);
    Lsn end = plannedEnd(choice.backup(), continuous);
    return new RecoveryPlan(
        contents.cluster(),
        target,
        target,
        request.timeline(),
        history,
        choice.backup(),
        request.backup().isPresent() ? "the one asked for" : choice.reason(),
        planned(continuous.ranges(), end),
        continuous.next().isPresent() || verdict instanceof Hole,
        Optional.empty(),
        request.action(),
        new PlanWarnings(contents, target, history, continuous).byInventory(choice.backup()));
  }

  /** Finds the record at which the server will stop. */
  private RecoveryPlan exact(
      WalPath path, TimelineHistory history, List<BaseBackup> leading, PathWal.Access wal)
      throws IOException {
    List<BaseBackup> usable = consistent(path, leading);
    List<ReplayableWal> coverages = ReplayableWal.after(usable, path, contents, wal);
    ExactChoice.Chosen chosen = new ExactChoice(coverages, target, refusal).choose();
    Continuous continuous = path.from(chosen.backup().startLsn());
    Verdict verdict = ArchiveEnd.of(contents.wal()).after(path, continuous);
    if (target instanceof Latest) {
      requireTarget(path, continuous, verdict);
    }
    ReplayedSettings settings = ReplayedSettings.of(coverages, chosen, refusal);
    PreparedAtStop prepared = new PreparedAtStop(path, contents.wal(), history, chosen);
    requirePromotion(prepared);
    Lsn end =
        target instanceof Latest
            ? continuous.end()
            : size.startOf(size.segmentNumberBefore(chosen.needed()) + 1);
    return new RecoveryPlan(
        contents.cluster(),
        target,
        chosen.serverTarget(),
        request.timeline(),
        history,
        chosen.backup(),
        request.backup().isPresent() ? "the one asked for" : chosen.reason(),
        planned(continuous.ranges(), end),
        continuous.next().isPresent() || verdict instanceof Hole,
        Optional.of(chosen.stop()),
        request.action(),
        new PlanWarnings(contents, target, history, continuous)
            .exact(chosen, settings, prepared, coverages));
  }

  /** At the end of the WAL a server is promoted whatever it is to do at a target. */
  private void requirePromotion(PreparedAtStop prepared) throws IOException {
    if (target instanceof Latest || request.action() == RecoveryTargetAction.PROMOTE) {
      Optional<PreparedAtStop.Lost> lost = prepared.atStop();
      if (lost.isPresent()) {
        throw refusal.of(
            Reason.PREPARED_TRANSACTION, lost.get().text() + ". " + lost.get().advice() + ".");
      }
    }
  }

  /** The backups whose own WAL is archived; without any there is no plan. */
  private List<BaseBackup> consistent(WalPath path, List<BaseBackup> leading) throws IOException {
    List<BaseBackup> usable =
        leading.stream()
            .filter(backup -> !path.from(backup.startLsn()).end().isBefore(backup.endLsn()))
            .toList();
    if (usable.isEmpty()) {
      BaseBackup newest = leading.get(leading.size() - 1);
      requireConsistency(path, newest, path.from(newest.startLsn()));
    }
    return usable;
  }

  private List<BaseBackup> backups() throws IOException {
    if (contents.backups().isEmpty()) {
      throw noBackup();
    }
    if (request.backup().isEmpty()) {
      return contents.backups();
    }
    Optional<BaseBackup> backup = contents.backup(request.backup().get());
    Optional<String> problem = contents.whyUnusable(request.backup().get());
    if (problem.isPresent()) {
      throw refusal.of(
          Reason.UNUSABLE_BACKUP,
          "backup " + request.backup().get() + " cannot be used: " + problem.get() + ".");
    }
    if (backup.isEmpty()) {
      throw refusal.of(
          Reason.UNKNOWN_BACKUP,
          "the archive holds no complete base backup " + request.backup().get() + ".");
    }
    return List.of(backup.get());
  }

  private RecoveryImpossibleException noBackup() throws IOException {
    if (contents.unusable().isEmpty()) {
      return refusal.of(Reason.NO_BACKUP, "the archive holds no complete base backup.");
    }
    BackupListing.Unusable newest = contents.unusable().get(contents.unusable().size() - 1);
    return refusal.of(
        Reason.UNUSABLE_BACKUP,
        "the archive holds no base backup that can be used; of the newest, "
            + newest.id()
            + ": "
            + newest.reason()
            + ".");
  }

  private void requireConsistency(WalPath path, BaseBackup backup, Continuous continuous)
      throws IOException {
    if (continuous.end().isBefore(backup.endLsn())) {
      throw refusal.of(
          path.wrongTimelineSegment(continuous).isPresent()
              ? Reason.FORK_WAL_MISSING
              : Reason.WAL_MISSING,
          String.format(
              "backup %s is consistent only once the WAL from %s to %s is replayed, and %s.",
              backup.id(),
              backup.startLsn(),
              backup.endLsn(),
              missing(continuous, ArchiveEnd.of(contents.wal()).after(path, continuous))));
    }
  }

  /** Refuses plans whose recovery would silently end too early or elsewhere. */
  private void requireTarget(WalPath path, Continuous continuous, Verdict verdict)
      throws IOException {
    boolean inside =
        target instanceof Immediate
            || target instanceof Position position && position.lsn().isBefore(continuous.end());
    if (inside) {
      return;
    }
    Optional<WalSegment> wrong = path.wrongTimelineSegment(continuous);
    if (wrong.isPresent()) {
      WalSegment wanted = path.segment(continuous.end());
      throw refusal.of(
          Reason.FORK_WAL_MISSING,
          String.format(
              "%s is not in the archive, and the server would open %s instead and replay what"
                  + " never happened on timeline %s. Name timeline %s if that is what you want.",
              wanted, wrong.get(), wanted.timeline(), wrong.get().timeline()));
    }
    boolean gap = continuous.next().isPresent() || verdict instanceof Hole;
    if (gap && (target instanceof Latest || target instanceof Position)) {
      throw refusal.of(
          Reason.WAL_MISSING,
          missing(continuous, verdict) + ", so nothing after it can be replayed.");
    }
    if (target instanceof Position) {
      throw refusal.of(Reason.TARGET_BEYOND_WAL, missing(continuous, verdict) + ".");
    }
  }

  private String missing(Continuous continuous, Verdict verdict) {
    WalRange next = continuous.next().orElse(null);
    return next == null
        ? "the archived WAL of the timeline ends at "
            + continuous.end()
            + continuous.note()
            + verdict.hole().map(hole -> "; " + hole.text()).orElse("")
        : String.format(
            "the WAL from %s to %s is missing%s, while it is there before and from %s on timeline"
                + " %s on",
            continuous.end(), next.start(), continuous.note(), next.start(), next.timeline());
  }

  /** The position after the last segment that the target can need, as far as that is known. */
  private Lsn plannedEnd(BaseBackup backup, Continuous continuous) {
    if (target instanceof Immediate) {
      return size.startOf(size.segmentNumberBefore(backup.endLsn()) + 1);
    }
    if (target instanceof Position position) {
      // the record may begin in the next segment, as after a switch of segments
      return Lsn.min(continuous.end(), size.startOf(size.segmentNumber(position.lsn()) + 2));
    }
    return continuous.end();
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
