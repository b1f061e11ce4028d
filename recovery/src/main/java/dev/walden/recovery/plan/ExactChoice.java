package dev.walden.recovery.plan;

import dev.walden.backup.BaseBackup;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Immediate;
import dev.walden.recovery.RecoveryTarget.Latest;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.recovery.RecoveryTarget.Time;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.plan.StopSearch.Found;
import dev.walden.recovery.plan.TargetRecords.TargetRecord;
import dev.walden.wal.Lsn;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chooses the newest backup from which a server stops at the target, by looking into the WAL. */
@SuppressWarnings("ReferenceEquality") // a coverage is one of the list, and is only like itself
final class ExactChoice {
  private final List<ReplayableWal> coverages;
  private final RecoveryTarget target;
  private final PlanRefusals refusal;

  /**
   * Begins to choose.
   *
   * @param coverages all of one path, the oldest first; not empty
   */
  ExactChoice(List<ReplayableWal> coverages, RecoveryTarget target, PlanRefusals refusal) {
    this.coverages = coverages;
    this.target = target;
    this.refusal = refusal;
  }

  /**
   * What was chosen.
   *
   * @param reason why this backup, as a phrase
   * @param serverTarget the recovery target setting with which the server stops there
   * @param needed the position after the last WAL that is needed
   */
  record Chosen(
      BaseBackup backup,
      String reason,
      RecoveryTarget serverTarget,
      RecoveryStopPoint stop,
      Lsn needed) {}

  /** A backup and the WAL after it. */
  private record Candidate(BaseBackup backup, ReplayableWal coverage, StopSearch search) {}

  Chosen choose() throws IOException {
    if (newestFirst().isEmpty()) {
      throw neverConsistent();
    }
    if (target instanceof Latest) {
      Candidate newest = newestFirst().get(0);
      RecoveryStopPoint end = newest.search().end();
      if (newest.coverage().wal().damage().isPresent()) {
        throw refusal.of(Reason.WAL_DAMAGED, newest.coverage().wal().damage().get().text() + ".");
      }
      return new Chosen(newest.backup(), "the newest" + of(), target, end, end.lsn());
    }
    if (target instanceof Immediate) {
      return immediate(newestFirst().get(0));
    }
    if (target instanceof Position || target instanceof Time) {
      return stopping();
    }
    TargetRecord occurrence = new TargetRecords(coverages, target, refusal).only();
    return upTo(occurrence);
  }

  private RecoveryImpossibleException neverConsistent() throws IOException {
    ReplayableWal newest = coverages.get(coverages.size() - 1);
    BaseBackup backup = newest.backups().get(newest.backups().size() - 1);
    return refusal.of(
        Reason.WAL_DAMAGED,
        String.format(
            "backup %s is consistent only at %s, but its WAL is damaged: valid WAL ends at %s.",
            backup.id(), backup.endLsn(), newest.wal().end()));
  }

  /** A server notices that it is consistent only at the first record after the backup. */
  private Chosen immediate(Candidate newest) throws IOException {
    BaseBackup backup = newest.backup();
    Optional<Found> next =
        newest.search().first(backup.endLsn(), RecoveryTarget.lsn(backup.endLsn()));
    if (next.isEmpty()) {
      throw refusal.notReached(newest.coverage(), newest.search().end());
    }
    RecoveryStopPoint stop = newest.search().at(backup.endLsn());
    return new Chosen(backup, "the newest" + of(), target, stop, next.get().record().end());
  }

  private String of() {
    int count = coverages.stream().mapToInt(coverage -> coverage.backups().size()).sum();
    return count == 1 ? ", and the only one" : " of the " + count + " that lead there";
  }

  private List<Candidate> newestFirst() {
    List<Candidate> all = new ArrayList<>();
    for (ReplayableWal coverage : coverages) {
      StopSearch search = new StopSearch(coverage.wal());
      coverage.backups().stream()
          // its own WAL is there, but may be damaged
          .filter(backup -> !backup.endLsn().isAfter(coverage.wal().end()))
          .forEach(backup -> all.add(new Candidate(backup, coverage, search)));
    }
    Collections.reverse(all);
    return all;
  }

  /**
   * The candidates from which to search, the newest first. A time certainly lies after a backup
   * only if the backup ended before it: what ended between the time at which a backup began and its
   * redo position is in it. If no backup of a coverage ended before, the oldest may do.
   */
  private List<Candidate> following() {
    List<Candidate> all = newestFirst();
    if (target instanceof Position position) {
      return all.stream()
          .filter(candidate -> !candidate.backup().startLsn().isAfter(position.lsn()))
          .toList();
    }
    Instant time = ((Time) target).time();
    List<Candidate> following = new ArrayList<>();
    for (int i = coverages.size() - 1; i >= 0; i--) {
      ReplayableWal coverage = coverages.get(i);
      List<Candidate> own = all.stream().filter(c -> c.coverage() == coverage).toList();
      List<Candidate> ended =
          own.stream().filter(c -> !c.backup().endTime().isAfter(time)).toList();
      following.addAll(ended);
      if (ended.isEmpty()) {
        own.stream()
            .filter(c -> !c.backup().startTime().isAfter(time))
            .reduce((newer, older) -> older)
            .ifPresent(following::add);
      }
    }
    return following;
  }

  /** Where a server stops that was restored from a backup; empty if before it is consistent. */
  private Optional<Found> stop(Candidate candidate, RecoveryTarget wanted) throws IOException {
    return candidate
        .search()
        .first(candidate.backup().startLsn(), wanted)
        .filter(found -> !found.lsn().isBefore(candidate.backup().endLsn()));
  }

  private Chosen stopping() throws IOException {
    String stop = "it lies before all of them";
    for (Candidate candidate : following()) {
      Optional<Found> found = candidate.search().first(candidate.backup().startLsn(), target);
      if (found.isEmpty()) {
        throw refusal.notReached(candidate.coverage(), candidate.search().end());
      }
      if (!found.get().lsn().isBefore(candidate.backup().endLsn())) {
        return chosen(newest(candidate, found.get()), found.get(), target);
      }
      stop = found.get().stop().logged();
    }
    List<Candidate> all = newestFirst();
    throw refusal.tooEarly(all.get(all.size() - 1).backup(), stop);
  }

  /** The newest backup from which the same record is met: nothing of it may be in the backup. */
  private Candidate newest(Candidate first, Found found) {
    return newestFirst().stream()
        .filter(candidate -> candidate.coverage() == first.coverage())
        .filter(candidate -> !found.lsn().isBefore(candidate.backup().endLsn()))
        .findFirst()
        .orElse(first);
  }

  private Chosen upTo(TargetRecord wanted) throws IOException {
    @Nullable BaseBackup oldest = null;
    for (Candidate candidate : newestFirst()) {
      boolean reaches =
          candidate.coverage() == wanted.coverage()
              && !candidate.backup().startLsn().isAfter(wanted.lsn());
      if (reaches) {
        oldest = candidate.backup();
        Optional<Found> found = stop(candidate, wanted.target());
        if (found.isPresent() && found.get().record().start().equals(wanted.lsn())) {
          return chosen(candidate, found.get(), wanted.target());
        }
        // the same words mean an earlier record; its position does not
        RecoveryTarget position = wanted.position();
        Optional<Found> exactly = stop(candidate, position);
        if (exactly.isPresent()) {
          return chosen(candidate, exactly.get(), position);
        }
      }
    }
    throw refusal.tooEarly(Objects.requireNonNull(oldest), wanted.text());
  }

  private Chosen chosen(Candidate candidate, Found found, RecoveryTarget serverTarget)
      throws IOException {
    return new Chosen(
        candidate.backup(),
        "the newest from which a server can stop there",
        serverTarget,
        candidate.search().describe(found, target),
        Lsn.max(found.lsn(), found.record().end()));
  }
}
