package dev.walden.recovery.plan;

import dev.walden.archive.inventory.WalInventory;
import dev.walden.backup.BaseBackup;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoveryTarget.Immediate;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.RecoveryTargetTimeline.Number;
import dev.walden.recovery.path.Recoverable;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineHistory.Ancestor;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Chooses the timeline along whose history to recover. */
final class TimelineChoice {
  private final PlanRefusals refusal;
  private final ArchiveContents contents;
  private final RecoveryRequest request;

  /** The backups that may be used, at least one. */
  private final List<BaseBackup> backups;

  TimelineChoice(PlanRefusals refusal, RecoveryRequest request, List<BaseBackup> backups) {
    this.refusal = refusal;
    this.contents = refusal.contents();
    this.request = request;
    this.backups = backups;
  }

  /**
   * The history of the timeline to recover to; at least one of the backups leads there.
   *
   * @throws RecoveryImpossibleException if there is none, or it is not in the archive
   */
  TimelineHistory choose() throws IOException {
    TimelineHistory history;
    if (request.timeline() instanceof Number number) {
      history = history(number.timeline());
    } else if (request.timeline() instanceof RecoveryTargetTimeline.Current) {
      history = history(current().endTimeline());
    } else {
      history = latest();
      if (request.target() instanceof Immediate) {
        // what happened after the backup does not matter, so its WAL need not be there
        List<BaseBackup> leading = Recoverable.leadingTo(history, backups);
        history = history(leading.get(leading.size() - 1).endTimeline());
      }
    }
    if (Recoverable.leadingTo(history, backups).isEmpty()) {
      throw offTimeline("timeline " + history.timeline());
    }
    return history;
  }

  private TimelineHistory latest() throws IOException {
    List<TimelineHistory> histories = new ArrayList<>(Recoverable.histories(contents.wal()));
    Collections.reverse(histories);
    for (TimelineHistory history : histories) {
      if (!Recoverable.leadingTo(history, backups).isEmpty()) {
        return checked(history);
      }
    }
    throw offTimeline("any timeline whose history is archived");
  }

  /** Of backups on timelines that went apart, the time is all that can be compared. */
  private BaseBackup current() throws IOException {
    Comparator<BaseBackup> byTime = Comparator.comparing(BaseBackup::endTime);
    List<BaseBackup> before =
        backups.stream()
            .filter(backup -> BackupChoice.surelyEndedBefore(request.target(), backup))
            .sorted(byTime.thenComparing(Recoverable.OLDEST_FIRST))
            .toList();
    if (before.isEmpty()) {
      return backups.get(0);
    }
    return BackupChoice.isPlaced(request.target()) ? before.get(before.size() - 1) : before.get(0);
  }

  private TimelineHistory history(TimelineId timeline) throws IOException {
    Optional<TimelineHistory> history = contents.wal().history(timeline);
    if (history.isEmpty()) {
      throw missing(timeline);
    }
    return checked(history.get());
  }

  /**
   * Each ancestor's own file must be the beginning of this one. It may be missing: this one names
   * all ancestors, and a server that was cloned later never had it.
   */
  private TimelineHistory checked(TimelineHistory history) throws IOException {
    WalInventory wal = contents.wal();
    List<Ancestor> ancestors = history.ancestors();
    for (int i = 0; i < ancestors.size(); i++) {
      TimelineId timeline = ancestors.get(i).timeline();
      Optional<TimelineHistory> own = wal.history(timeline);
      if (own.isPresent()
          && !places(own.get().ancestors()).equals(places(ancestors.subList(0, i)))) {
        throw new RecoveryImpossibleException(
            Reason.CONTRADICTORY_HISTORY,
            String.format(
                "Cannot recover to timeline %s: %s does not begin as %s does, so they speak of"
                    + " different timelines %s. Did two servers archive here?",
                history.timeline(), history.fileName(), own.get().fileName(), timeline));
      }
    }
    return history;
  }

  private static List<String> places(List<Ancestor> ancestors) {
    return ancestors.stream().map(a -> a.timeline() + " " + a.switchPoint()).toList();
  }

  private RecoveryImpossibleException missing(TimelineId timeline) throws IOException {
    return new RecoveryImpossibleException(
        Reason.MISSING_HISTORY,
        String.format(
            "Cannot recover to %s: the history of timeline %s is not in the archive."
                + " Archive %s.history if a server still has it in pg_wal. %s",
            request.timeline(), timeline, timeline.hex(), refusal.offer()));
  }

  private RecoveryImpossibleException offTimeline(String where) throws IOException {
    String which =
        request.backup().isPresent()
            ? "backup " + backups.get(0).id() + " does not lead"
            : "none of the " + backups.size() + " base backups leads";
    return new RecoveryImpossibleException(
        Reason.BACKUP_OFF_TIMELINE,
        String.format(
            "Cannot recover to %s: %s to %s. %s", request.target(), which, where, refusal.offer()));
  }
}
