package dev.walden.recovery.plan;

import dev.walden.archive.BackupListing;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.archive.inventory.WalPath.Continuous;
import dev.walden.backup.BackupWarning;
import dev.walden.backup.BaseBackup;
import dev.walden.errors.Printable;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Immediate;
import dev.walden.recovery.RecoveryTarget.Latest;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.recovery.path.ArchiveEnd;
import dev.walden.recovery.path.Recoverable;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.recovery.path.TakenTimelines;
import dev.walden.recovery.plan.PlanWarning.Kind;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What to know before a plan is carried out. */
final class PlanWarnings {
  private final ArchiveContents contents;
  private final RecoveryTarget target;
  private final TimelineHistory history;
  private final Continuous continuous;
  private final List<PlanWarning> warnings = new ArrayList<>();

  PlanWarnings(
      ArchiveContents contents,
      RecoveryTarget target,
      TimelineHistory history,
      Continuous continuous) {
    this.contents = contents;
    this.target = target;
    this.history = history;
    this.continuous = continuous;
  }

  List<PlanWarning> byInventory(BaseBackup backup) throws IOException {
    boolean placed =
        target instanceof Immediate || target instanceof Latest || target instanceof Position;
    if (!placed) {
      unplaced();
    }
    if (target instanceof Position position) {
      lastSegment(position);
    }
    common(backup);
    return warnings;
  }

  /** The warnings of a plan that is based on the WAL itself. */
  List<PlanWarning> exact(
      ExactChoice.Chosen chosen,
      ReplayedSettings settings,
      PreparedAtStop prepared,
      List<ReplayableWal> coverages)
      throws IOException {
    if (!chosen.serverTarget().equals(target)) {
      warn(
          Kind.OTHER_SETTING,
          "The server is configured to stop "
              + chosen.serverTarget()
              + ", which is the same record");
    }
    settings.warnings().forEach(text -> warn(Kind.REQUIRED_SETTINGS, text));
    prepared.atShutdowns(coverages).forEach(this::preparedAtShutdown);
    prepared.atStop().ifPresent(this::preparedAtStop);
    UnfinishedDrops.of(coverages, chosen)
        .warnings()
        .forEach(text -> warn(Kind.UNFINISHED_DROP, text));
    common(chosen.backup());
    return warnings;
  }

  private void preparedAtShutdown(WalEvent.Prepared prepared, Lsn shutdown) {
    warn(
        Kind.PREPARED_TRANSACTION,
        String.format(
            "Transaction %d (\"%s\") was still prepared at the shutdown checkpoint %s, in a segment"
                + " in which a timeline begins: a server fails there if hot_standby is on; set it"
                + " off to recover",
            prepared.xid(), Printable.of(prepared.gid()), shutdown));
  }

  private void preparedAtStop(PreparedAtStop.Lost lost) {
    warn(
        Kind.PREPARED_TRANSACTION,
        "The server cannot be promoted where it stops: "
            + lost.text()
            + ". It can pause there, if hot standby is active by then, or shut down. "
            + lost.advice()
            + " to promote it");
  }

  private void common(BaseBackup backup) throws IOException {
    for (BackupListing.Unusable left : contents.unusable()) {
      warn(Kind.UNUSABLE_BACKUP, "Backup " + left.id() + " is left out: " + left.reason());
    }
    for (BackupWarning warning : backup.warnings()) {
      warn(Kind.BACKUP_WARNING, "Backup " + backup.id() + " was taken with a warning: " + warning);
    }
    if (!(target instanceof Immediate)) {
      otherTimelines();
    }
    if (target instanceof Latest) {
      partialSegment();
    }
    missingHistories(backup.startTimeline());
    unfinishedSegment();
    takenNumber();
  }

  private void warn(Kind kind, String text) {
    warnings.add(new PlanWarning(kind, text));
  }

  private void unplaced() {
    warn(
        Kind.TARGET_NOT_LOCATED,
        "If the archived WAL, which ends at "
            + continuous.end()
            + (continuous.next().isPresent() ? " before a gap" : "")
            + ", does not hold "
            + TargetEvent.of(target)
            + ", recovery fails when it reaches the end");
    continuous
        .next()
        .ifPresent(
            next -> {
              String others =
                  Recoverable.leadingTo(history, contents.backups()).stream()
                      .filter(backup -> !backup.startLsn().isBefore(continuous.end()))
                      .map(BaseBackup::id)
                      .findFirst()
                      .map(id -> "; if the target lies after that, use backup " + id)
                      .orElse("");
              warn(
                  Kind.GAP_AHEAD,
                  "The WAL from "
                      + continuous.end()
                      + " to "
                      + next.start()
                      + " is missing"
                      + others);
            });
  }

  /**
   * Those that a server asks for before it replays, on the way to the target's, be they of
   * ancestors or not: {@code restoreTimeLineHistoryFiles} in {@code timeline.c}.
   */
  private void missingHistories(TimelineId first) throws IOException {
    WalInventory wal = contents.wal();
    for (long id = first.value(); id < history.timeline().value(); id++) {
      TimelineId timeline = new TimelineId(id);
      if (wal.history(timeline).isEmpty()) {
        ArchiveEnd.of(wal)
            .missing(new WalFileName.History(timeline))
            .hole()
            .ifPresent(
                hole ->
                    warn(
                        Kind.MISSING_HISTORY,
                        hole.text()
                            + ": a server asks for it before it replays; restore without a"
                            + " restore_command, which would stop there"));
      }
    }
  }

  /** A restore puts the beginning of a segment into {@code pg_wal}; no command delivers it. */
  private void unfinishedSegment() throws IOException {
    ArchiveEnd.of(contents.wal())
        .within(new WalPath(contents.wal(), history), continuous)
        .hole()
        .ifPresent(
            hole ->
                warn(
                    Kind.INCOMPLETE_SEGMENT,
                    hole.text()
                        + ": if the target lies in it, restore without a restore_command, which"
                        + " would stop there"));
  }

  /** A promoted server fails if the number it would use belongs to another timeline. */
  private void takenNumber() throws IOException {
    TakenTimelines.of(contents.wal())
        .missingHistory(history.timeline())
        .ifPresent(
            hole ->
                warn(
                    Kind.TAKEN_TIMELINE,
                    hole.text()
                        + ": a promoted server would use this number for its own timeline,"
                        + " and fails instead. Archive the file if a server still has it in pg_wal,"
                        + " or restore without a restore_command"));
  }

  private void lastSegment(Position position) {
    if (continuous.end().minus(position.lsn()) <= contents.cluster().segmentSize().bytes()) {
      warn(
          Kind.TARGET_NOT_LOCATED,
          "If no record begins between "
              + position.lsn()
              + " and the end of the archived WAL at "
              + continuous.end()
              + ", recovery fails when it reaches the end");
    }
  }

  private void otherTimelines() {
    WalInventory wal = contents.wal();
    for (TimelineId timeline : Recoverable.others(wal, history)) {
      if (wal.history(timeline).isEmpty()) {
        warn(
            Kind.OTHER_TIMELINE,
            "The archive holds WAL of timeline "
                + timeline
                + " but not its history; where it"
                + " comes from is unknown");
      } else {
        last(timeline, wal)
            .ifPresent(
                end ->
                    warn(
                        Kind.OTHER_TIMELINE,
                        "The archive also holds WAL of timeline "
                            + timeline
                            + " up to "
                            + end
                            + ", which recovery does not follow"));
      }
    }
    history.ancestors().stream()
        .map(TimelineHistory.Ancestor::timeline)
        .forEach(timeline -> livedOn(timeline, wal));
  }

  private void livedOn(TimelineId timeline, WalInventory wal) {
    Lsn left = history.end(timeline).orElseThrow();
    last(timeline, wal)
        .filter(end -> end.minus(left) >= contents.cluster().segmentSize().bytes())
        .ifPresent(
            end ->
                warn(
                    Kind.ABANDONED_WAL,
                    "Timeline "
                        + timeline
                        + " was left at "
                        + left
                        + ", but the archive holds its WAL up to "
                        + end
                        + "; what happened there after "
                        + left
                        + " is not recovered"));
  }

  private static Optional<Lsn> last(TimelineId timeline, WalInventory wal) {
    return wal.last(timeline).map(WalSegment::end);
  }

  private void partialSegment() {
    WalSegment next =
        WalSegment.containing(
            history.timeline(), continuous.end(), contents.cluster().segmentSize());
    contents.wal().partials().stream()
        .filter(partial -> partial.segment().equals(next.fileName()))
        .forEach(
            partial ->
                warn(
                    Kind.PARTIAL_SEGMENT,
                    "The archive also holds "
                        + partial
                        + ", the unfinished next segment; the server will not ask for it"));
  }
}
