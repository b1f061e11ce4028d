package dev.walden.recovery.plan;

import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Time;
import dev.walden.recovery.path.ArchiveEnd.Hole;
import dev.walden.recovery.path.PathWal;
import dev.walden.recovery.path.Recoverable;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Refusals: why a target is impossible, and what is possible instead. */
record PlanRefusals(
    ArchiveContents contents, RecoveryTarget target, Optional<PathWal.Access> access) {

  RecoveryImpossibleException of(Reason reason, String problem) throws IOException {
    return new RecoveryImpossibleException(
        reason, String.format("Cannot recover to %s: %s %s", target, problem, offer()));
  }

  /** What is possible instead. */
  String offer() throws IOException {
    return Recoverable.offer(contents, access);
  }

  /** The server would stop before it is consistent. */
  RecoveryImpossibleException tooEarly(BaseBackup oldest, String stop) throws IOException {
    return of(
        Reason.TARGET_BEFORE_BACKUP,
        String.format(
            "the oldest usable backup %s, which ended at %s, is consistent only at %s, and no server"
                + " can stop before that (%s).",
            oldest.id(), oldest.endTime(), oldest.endLsn(), stop));
  }

  /** The WAL ends before the target. */
  RecoveryImpossibleException notReached(ReplayableWal coverage, RecoveryStopPoint end)
      throws IOException {
    String last =
        end.last()
            .map(transaction -> ", and the last transaction in it is the " + transaction)
            .orElse(", and no transaction ended in it");
    String wal =
        String.format("the archived WAL of the timeline ends at %s%s", end.lsn(), last)
            + coverage.wal().damage().map(damage -> "; " + damage.text()).orElse("");
    if (coverage.continuous().next().isPresent()) {
      WalRange next = coverage.continuous().next().get();
      return of(
          Reason.WAL_MISSING,
          String.format(
              "%s; the WAL from %s to %s is missing%s.",
              wal, coverage.continuous().end(), next.start(), coverage.continuous().note()));
    }
    if (coverage.wal().damage().isPresent()) {
      return of(Reason.WAL_DAMAGED, wal + ".");
    }
    if (coverage.verdict() instanceof Hole hole) {
      return of(Reason.WAL_MISSING, wal + "; " + hole.text() + ".");
    }
    return of(
        Reason.TARGET_BEYOND_WAL,
        target instanceof Time
            ? wal + ". Its state is all there is: recover to the latest instead."
            : wal + ".");
  }

  /** Nothing in the WAL is what the target names. */
  RecoveryImpossibleException unknown(List<ReplayableWal> coverages) throws IOException {
    ReplayableWal newest = coverages.get(coverages.size() - 1);
    Optional<PathWal.Damage> damage =
        coverages.stream().flatMap(coverage -> coverage.wal().damage().stream()).findFirst();
    boolean gap = coverages.stream().anyMatch(ReplayableWal::endsInGap);
    return of(
        damage.isPresent()
            ? Reason.WAL_DAMAGED
            : gap ? Reason.WAL_MISSING : Reason.TARGET_NOT_FOUND,
        String.format(
            "the archived WAL of the timeline, from %s to %s, does not hold %s%s;"
                + " what happened before it is in every base backup.",
            coverages.get(0).wal().start(),
            newest.wal().end(),
            TargetEvent.of(target),
            damage.map(problem -> "; " + problem.text()).orElse("")));
  }
}
