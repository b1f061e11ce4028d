package dev.walden.recovery.simulate;

import dev.walden.CorruptFileException;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.backup.BaseBackup;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.path.TakenTimelines;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.recovery.stop.ReplayedRecord;
import dev.walden.recovery.stop.StopDecision;
import dev.walden.recovery.stop.StopRules;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalEnd.Reason;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalSource;
import dev.walden.wal.record.XlogBody.BackupEnd;
import dev.walden.wal.record.XlogBody.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
  /** An end-of-backup record, and the header of a page that may lie in it. */
  private static final int BACKUP_END_BYTES = 40 + 40;

  private final RecoveryPlan plan;
  private final BaseBackup backup;
  private final TimelineHistory history;
  private final WalInventory wal;
  private final WalSource source;
  private final WalSegmentSize size;
  private final StandbyCapacity settings;
  private final StopRules rules;
  private final SegmentRequests segments;
  private final List<WalFileName> startup = new ArrayList<>();
  private List<WalFileName> replayed = List.of();
  private List<WalFileName> ahead = List.of();
  private List<WalFileName> again = List.of();
  private List<WalFileName> end = List.of();
  private Optional<WalEnd> walEnd = Optional.empty();

  /** The backup's checkpoint, and where its record ends. */
  private record Located(Checkpoint checkpoint, Lsn end) {}

  /**
   * @param history of the plan's timeline
   */
  private Simulation(
      RecoveryPlan plan,
      TimelineHistory history,
      WalInventory wal,
      WalSource source,
      StandbyCapacity settings) {
    this.plan = plan;
    this.history = history;
    this.backup = plan.backup();
    this.wal = wal;
    this.source = source;
    this.size = wal.cluster().segmentSize();
    this.settings = settings;
    this.rules = new StopRules(plan.serverTarget());
    this.segments = new SegmentRequests(wal, history);
  }

  static SimulatedRecovery run(
      RecoveryPlan plan, WalInventory wal, WalSource source, StandbyCapacity settings)
      throws IOException {
    TimelineId target = plan.timeline();
    Optional<TimelineHistory> history = wal.history(target);
    if (history.isEmpty()) {
      List<WalFileName> asked = List.of(new WalFileName.History(target));
      return failed(
          plan.backup(),
          "recovery target timeline " + target + " does not exist",
          Optional.empty(),
          new FileRequests(asked, List.of(), List.of(), List.of(), List.of()));
    }
    return new Simulation(plan, history.get(), wal, source, settings).run();
  }

  private SimulatedRecovery run() throws IOException {
    TimelineId target = plan.timeline();
    if (!target.equals(TimelineId.FIRST)) {
      // once to see whether it exists, once to read it
      startup.add(new WalFileName.History(target));
      startup.add(new WalFileName.History(target));
    }
    Optional<Located> checkpoint = checkpoint();
    if (checkpoint.isEmpty()) {
      startup.addAll(segments.take());
      return failed("could not locate required checkpoint record" + at(backup.checkpointLsn()));
    }
    ReplayStart from = from(checkpoint.get());
    try (WalReader reader = reader(from)) {
      boolean readable = from.afterCheckpoint() || advance(reader);
      startup.addAll(segments.take());
      if (!readable || !from.afterCheckpoint() && !reader.record().lsn().equals(redo(from))) {
        return failed(
            "could not find redo location"
                + (exactTexts() ? " " + redo(from) : "")
                + " referenced by checkpoint record"
                + at(backup.checkpointLsn()));
      }
      Optional<String> refusal = refusal(from);
      if (refusal.isPresent()) {
        return failed(refusal.get());
      }
      intermediateHistories(from.checkpoint().timeline());
      return replay(from, reader);
    }
  }

  private static Lsn redo(ReplayStart from) {
    return from.checkpoint().redo();
  }

  /** From 17 on the messages tell the positions. */
  private boolean exactTexts() {
    return wal.cluster().version().major() >= 17;
  }

  private String at(Lsn lsn) {
    return exactTexts() ? " at " + lsn : "";
  }

  private WalReader.Builder reading() {
    return WalReader.builder(this::open, size).cluster(wal.cluster().systemIdentifier());
  }

  private Optional<InputStream> open(WalSegment segment) throws IOException {
    return wal.contains(segment) ? source.open(segment) : Optional.empty();
  }

  /** Goes on in the WAL as the server does; false if it sees no more. */
  private boolean advance(WalReader reader) throws IOException {
    if (reader.next()) {
      segments.goOn();
      return true;
    }
    WalEnd found = reader.end().orElseThrow();
    walEnd = Optional.of(found);
    if (found.reason() != Reason.END_REACHED && found.reason() != Reason.MISSING_SEGMENT) {
      segments.forgetProbe();
    }
    segments.close();
    return false;
  }

  private Optional<Located> checkpoint() throws IOException {
    segments.jump();
    Lsn location = backup.checkpointLsn();
    try (WalReader reader = reading().at(location).timelines(segments::open).build()) {
      if (!advance(reader) || !reader.record().lsn().equals(location)) {
        return Optional.empty();
      }
      Lsn end = reader.record().endLsn();
      return reader
          .record()
          .body()
          .filter(Checkpoint.class::isInstance)
          .map(Checkpoint.class::cast)
          .map(found -> new Located(found, end));
    }
  }

  private ReplayStart from(Located checkpoint) throws IOException {
    return new ReplayStart(
        wal.cluster(),
        history,
        backup.checkpointLsn(),
        checkpoint.end(),
        checkpoint.checkpoint(),
        backup.endLsn(),
        backup.endTimeline(),
        !endsWithRecord(checkpoint.checkpoint().redo()));
  }

  /** Whether the backup's end is marked in the WAL, as it is unless a standby was backed up. */
  private boolean endsWithRecord(Lsn redo) throws IOException {
    Lsn end = backup.endLsn();
    Lsn near = new Lsn(Math.max(0, end.value() - BACKUP_END_BYTES));
    try (WalReader reader =
        reading().from(near).timeline(backup.endTimeline()).until(end).build()) {
      RecordBody last = null;
      while (reader.next()) {
        last = reader.record().body().orElse(null);
      }
      boolean unknown = !reader.end().orElseThrow().lsn().equals(end);
      return unknown || last instanceof BackupEnd ended && ended.backupStart().equals(redo);
    }
  }

  /** A reader that stands before the first record to replay, or on the checkpoint before that. */
  private WalReader reader(ReplayStart from) {
    segments.jump();
    if (from.afterCheckpoint()) {
      segments.goOn();
    }
    Lsn first = from.afterCheckpoint() ? from.checkpointEnd() : redo(from);
    return reading().at(first).timelines(segments::open).build();
  }

  /** Why the backup is not in the history of the target timeline. */
  private Optional<String> refusal(ReplayStart from) {
    TimelineId timeline = backup.startTimeline();
    if (!history.timelineAt(backup.checkpointLsn()).equals(timeline)) {
      return Optional.of(
          history.contains(timeline)
              ? "requested timeline "
                  + history.timeline()
                  + " is not a child of this server's history"
              : "requested timeline " + timeline + " is not in this server's history");
    }
    Lsn minimum = backup.endLsn();
    if (from.ofStandby() && !history.timelineAt(minimum.plus(-1)).equals(backup.endTimeline())) {
      return Optional.of(
          String.format(
              "requested timeline %s does not contain minimum recovery point %s on timeline %s",
              history.timeline(), minimum, backup.endTimeline()));
    }
    return Optional.empty();
  }

  /** Those that a cascading standby may want: from the checkpoint's timeline to the target. */
  private void intermediateHistories(TimelineId first) {
    for (long id = Math.max(2, first.value()); id < history.timeline().value(); id++) {
      startup.add(new WalFileName.History(new TimelineId(id)));
    }
  }

  private SimulatedRecovery replay(ReplayStart from, WalReader reader) throws IOException {
    Replay replay = new Replay(from, rules, settings, segments);
    if (settings.backedUp().isPresent() && !replay.suffices(settings.backedUp().get())) {
      return result(Outcome.FAILED, replay);
    }
    boolean more = from.afterCheckpoint() ? advance(reader) : true;
    while (more && replay.next(ReplayedRecord.of(reader.record()))) {
      more = advance(reader);
    }
    replayed = segments.take();
    if (more) {
      lookAhead();
    }
    return finish(replay);
  }

  private SimulatedRecovery finish(Replay replay) throws IOException {
    if (replay.hasFailed() || replay.hasPaused()) {
      return result(replay.hasFailed() ? Outcome.FAILED : Outcome.PAUSED, replay);
    }
    if (replay.stop().isPresent()) {
      Optional<Outcome> kept = kept(replay);
      if (kept.isPresent()) {
        return result(kept.get(), replay);
      }
    }
    replay.done();
    if (replay.stop().isEmpty() && rules.mustStop()) {
      replay.fail("FATAL", "recovery ended before configured recovery target was reached");
      return result(Outcome.FAILED, replay);
    }
    readAgain(replay);
    if (replay.consistent().isEmpty()) {
      replay.fail("FATAL", "WAL ends before end of online backup");
      return result(Outcome.FAILED, replay);
    }
    if (!replay.findPrepared()) {
      return result(Outcome.FAILED, replay);
    }
    return promoted(replay);
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
    if (wal.cluster().version().major() < 15 || plan.gapAhead() || open < 0) {
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
    if (wal.cluster().version().major() >= 15) {
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
    // PgWalPreload lets a history stand in for one that is missing of a number that is taken
    TakenTimelines taken = TakenTimelines.of(wal);
    TimelineId next = taken.firstFree(history.timeline());
    end = new ArrayList<>(taken.after(history.timeline()));
    end.add(new WalFileName.History(next));
    end.add(history.fileName());
    replay.log("LOG", "selected new timeline ID: " + next);
    replay.log("LOG", "archive recovery complete");
    return result(Outcome.PROMOTED, replay, Optional.of(newHistory(next, replay)));
  }

  private TimelineHistory newHistory(TimelineId timeline, Replay replay)
      throws CorruptFileException {
    String parent = new String(history.content(), StandardCharsets.ISO_8859_1);
    String line =
        String.format(
            "%s\t%s\t%s\n",
            history.timeline(),
            replay.lastEnd(),
            replay.stop().map(StopDecision::reason).orElse(StopRules.NO_TARGET));
    byte[] utf8 = line.getBytes(StandardCharsets.UTF_8);
    String content =
        parent
            + (history.timeline().equals(TimelineId.FIRST) ? "" : "\n")
            + new String(utf8, StandardCharsets.ISO_8859_1);
    return TimelineHistory.parse(timeline, content.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A failure before replay. */
  private SimulatedRecovery failed(String message) {
    return failed(backup, message, walEnd, requests());
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
        walEnd,
        replay.log(),
        requests());
  }

  private FileRequests requests() {
    return new FileRequests(startup, replayed, ahead, again, end);
  }
}
