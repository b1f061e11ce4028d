package dev.walden.recovery.simulate;

import dev.walden.backup.BaseBackup;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.simulate.Replay.Step;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.recovery.stop.ReplayedRecord;
import dev.walden.recovery.stop.StopDecision;
import dev.walden.recovery.stop.StopRules;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalSource;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One recovery, from the start of the server to its end.
 *
 * <p>Source: {@code InitWalRecovery}, {@code FinishWalRecovery} in {@code
 * src/backend/access/transam/xlogrecovery.c}; {@code StartupXLOG} in {@code
 * src/backend/access/transam/xlog.c}; in 14 all is in the latter. Histories: {@code
 * src/backend/access/transam/timeline.c}.
 */
final class Simulation {
  private final RecoveryPlan plan;
  private final BaseBackup backup;
  private final TimelineHistory history;
  private final Delivered delivered;
  private final ServerWal read;
  private final WalSegmentSize size;
  private final StandbyCapacity settings;
  private final StopRules rules;
  private final SegmentRequests segments;
  private List<WalFileName> startup = List.of();
  private List<WalFileName> replayed = List.of();
  private List<WalFileName> ahead = List.of();
  private List<WalFileName> again = List.of();
  private List<WalFileName> end = List.of();

  /**
   * @param history of the plan's timeline
   */
  private Simulation(
      RecoveryPlan plan,
      TimelineHistory history,
      Delivered delivered,
      WalSource source,
      StandbyCapacity settings) {
    this.plan = plan;
    this.history = history;
    this.backup = plan.backup();
    this.delivered = delivered;
    this.size = plan.cluster().segmentSize();
    this.settings = settings;
    this.rules = new StopRules(plan.serverTarget());
    this.segments = new SegmentRequests(delivered, history);
    this.read = new ServerWal(delivered, source, segments);
  }

  static SimulatedRecovery run(
      RecoveryPlan plan, Delivered delivered, WalSource source, StandbyCapacity settings)
      throws IOException {
    TimelineId target = plan.timeline();
    Optional<TimelineHistory> history = delivered.wal().history(target);
    if (history.isEmpty()) {
      WalFileName.History asked = new WalFileName.History(target);
      return failed(
          plan.backup(),
          delivered.endsServer(asked)
              ? notRestored(asked)
              : "recovery target timeline " + target + " does not exist",
          Optional.empty(),
          new FileRequests(List.of(asked), List.of(), List.of(), List.of(), List.of()));
    }
    return new Simulation(plan, history.get(), delivered, source, settings).run();
  }

  private SimulatedRecovery run() throws IOException {
    TimelineId target = plan.timeline();
    if (!target.equals(TimelineId.FIRST)) {
      // once to see whether it exists, once to read it
      segments.ask(new WalFileName.History(target));
      segments.ask(new WalFileName.History(target));
    }
    Startup start = new Startup(backup, history, read, segments);
    Optional<ReplayStart> from = start.find();
    if (from.isEmpty()) {
      return failedAtStartup(start.noCheckpoint());
    }
    try (WalReader reader = start.reader(from.get())) {
      boolean readable = start.hasRedo(from.get(), reader);
      Optional<String> refusal =
          readable ? start.refusal(from.get()) : Optional.of(start.noRedo(from.get()));
      if (refusal.isPresent()) {
        return failedAtStartup(refusal.get());
      }
      if (!intermediateHistories(from.get().checkpoint().timeline())) {
        return failedAtStartup("");
      }
      startup = segments.take();
      return replay(from.get(), reader);
    }
  }

  /**
   * Asks for those that a cascading standby may want: from the checkpoint's timeline to the target.
   */
  private boolean intermediateHistories(TimelineId first) {
    boolean goesOn = true;
    for (long id = Math.max(2, first.value()); goesOn && id < history.timeline().value(); id++) {
      goesOn = segments.ask(new WalFileName.History(new TimelineId(id)));
    }
    return goesOn;
  }

  private SimulatedRecovery replay(ReplayStart from, WalReader reader) throws IOException {
    Replay replay = new Replay(from, rules, settings, segments);
    if (settings.backedUp().isPresent()
        && replay.require(settings.backedUp().get()) != Step.CONTINUE) {
      return result(Outcome.FAILED, replay);
    }
    Step step = Step.CONTINUE;
    boolean more = !from.afterCheckpoint() || read.advance(reader);
    while (more && step == Step.CONTINUE) {
      step = replay.next(ReplayedRecord.of(reader.record()));
      more = step != Step.CONTINUE || read.advance(reader);
    }
    replayed = segments.take();
    if (segments.refused().isPresent()) {
      return refused(replay);
    }
    if (more) {
      lookAhead();
    }
    return switch (step) {
      case FAILED -> result(Outcome.FAILED, replay);
      case PAUSED -> result(Outcome.PAUSED, replay);
      case STOPPED -> {
        Optional<Outcome> kept = kept(replay);
        yield kept.isPresent() ? result(kept.get(), replay) : finish(replay);
      }
      case CONTINUE -> finish(replay);
    };
  }

  /** Replay is over, at its target or at the end of the WAL. */
  private SimulatedRecovery finish(Replay replay) throws IOException {
    replay.done();
    if (replay.stop().isEmpty() && rules.mustStop()) {
      replay.fail("FATAL", "recovery ended before configured recovery target was reached");
      return result(Outcome.FAILED, replay);
    }
    readAgain(replay);
    if (segments.refused().isPresent()) {
      return refused(replay);
    }
    if (replay.consistent().isEmpty()) {
      replay.fail("FATAL", "WAL ends before end of online backup");
      return result(Outcome.FAILED, replay);
    }
    return replay.rereadPrepared() == Step.CONTINUE
        ? promoted(replay)
        : result(Outcome.FAILED, replay);
  }

  /** What keeps a server that reached its target from being promoted. */
  private Optional<Outcome> kept(Replay replay) {
    boolean shutdown =
        plan.action() == RecoveryTargetAction.SHUTDOWN
            || plan.action() == RecoveryTargetAction.PAUSE && !settings.hotStandby();
    if (shutdown) {
      replay.log("LOG", "shutdown at recovery target");
      return Optional.of(Outcome.SHUT_DOWN);
    }
    if (plan.action() == RecoveryTargetAction.PAUSE && replay.active()) {
      replay.log("LOG", "pausing at the end of recovery");
      return Optional.of(Outcome.PAUSED);
    }
    return Optional.empty();
  }

  private void lookAhead() {
    long open = segments.current();
    if (plan.cluster().version().major() < 15 || plan.gapAhead() || open < 0) {
      return;
    }
    for (long next = open + 1;
        segments.current() >= 0 && next <= open + FileRequests.MOST_AHEAD;
        next++) {
      segments.open(next);
    }
    ahead = segments.take();
    segments.reopen(open);
  }

  /** The server reads the last record that it applied once more, to write after it. */
  private void readAgain(Replay replay) {
    if (plan.cluster().version().major() >= 15) {
      segments.close();
    }
    segments.jump();
    long last = size.segmentNumberBefore(replay.lastEnd());
    for (long number = size.segmentNumber(replay.lastStart()); number <= last; number++) {
      segments.open(number);
    }
    again = segments.take();
  }

  private SimulatedRecovery promoted(Replay replay) throws IOException {
    TimelineId next = following(history.timeline());
    while (segments.ask(new WalFileName.History(next)) && delivered.isTaken(next)) {
      next = following(next);
    }
    if (segments.refused().isEmpty()) {
      segments.ask(history.fileName());
    }
    end = segments.take();
    if (segments.refused().isPresent()) {
      return refused(replay);
    }
    replay.log("LOG", "selected new timeline ID: " + next);
    replay.log("LOG", "archive recovery complete");
    String reason = replay.stop().map(StopDecision::reason).orElse(StopRules.NO_TARGET);
    TimelineHistory begun = new NewTimeline(history, next).history(replay.lastEnd(), reason);
    return result(Outcome.PROMOTED, replay, Optional.of(begun));
  }

  private static TimelineId following(TimelineId timeline) {
    return new TimelineId(timeline.value() + 1);
  }

  private static String notRestored(WalFileName name) {
    return "could not restore file \""
        + name
        + "\" from archive: child process exited with exit code 255";
  }

  /** The answer to a request ends the server. */
  private SimulatedRecovery refused(Replay replay) {
    replay.fail("FATAL", notRestored(segments.refused().orElseThrow()));
    return result(Outcome.FAILED, replay);
  }

  /** A failure before replay: the answer to a request, or else what a message says. */
  private SimulatedRecovery failedAtStartup(String message) {
    startup = segments.take();
    String why = segments.refused().map(Simulation::notRestored).orElse(message);
    return failed(backup, why, read.end(), requests());
  }

  private static SimulatedRecovery failed(
      BaseBackup backup, String message, Optional<WalEnd> walEnd, FileRequests requests) {
    return new SimulatedRecovery(
        Outcome.FAILED,
        backup.startLsn(),
        backup.startTimeline(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        walEnd,
        List.of("FATAL:  " + message),
        requests);
  }

  private SimulatedRecovery result(Outcome outcome, Replay replay) {
    return result(outcome, replay, Optional.empty());
  }

  private SimulatedRecovery result(
      Outcome outcome, Replay replay, Optional<TimelineHistory> newHistory) {
    return new SimulatedRecovery(
        outcome,
        replay.lastEnd(),
        replay.timeline(),
        replay.consistent(),
        replay.last(),
        replay.lastCommit(),
        replay.prepared(),
        newHistory,
        read.end(),
        replay.log(),
        requests());
  }

  private FileRequests requests() {
    return new FileRequests(startup, replayed, ahead, again, end);
  }
}
