package dev.walden.recovery.simulate;

import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.stop.LoggedTime;
import dev.walden.recovery.stop.ReplayedRecord;
import dev.walden.recovery.stop.RequiredSettings;
import dev.walden.recovery.stop.StopDecision;
import dev.walden.recovery.stop.StopRules;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.StandbyBody.RunningTransactions;
import dev.walden.wal.record.TransactionBody.End;
import dev.walden.wal.record.TransactionBody.Prepare;
import dev.walden.wal.record.XlogBody.BackupEnd;
import dev.walden.wal.record.XlogBody.Checkpoint;
import dev.walden.wal.record.XlogBody.CheckpointRedo;
import dev.walden.wal.record.XlogBody.EndOfRecovery;
import dev.walden.wal.record.XlogBody.ParameterChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a recovering server knows while it replays: records go in one by one, until it stops.
 *
 * <p>Source: {@code PerformWalRecovery}, {@code ApplyWalRecord}, {@code checkTimeLineSwitch} and
 * {@code CheckRecoveryConsistency} in {@code src/backend/access/transam/xlogrecovery.c}, {@code
 * xlog_redo} in {@code src/backend/access/transam/xlog.c}.
 */
final class Replay {
  /** What follows a record. */
  enum Step {
    CONTINUE,
    /** The target is reached. */
    STOPPED,
    /** The server ends. */
    FAILED,
    /** The server waits, in the middle of a record, for the operator. */
    PAUSED
  }

  private final ReplayStart from;
  private final StopRules rules;
  private final HotStandby hotStandby;
  private final Optional<RequiredSettings> settings;
  private final SegmentRequests fetched;
  private final PreparedTransactions prepared;
  private final List<String> log = new ArrayList<>();
  private TimelineId timeline;
  private Lsn start;
  private Lsn end;
  private Lsn read = Lsn.ZERO;
  private boolean begun;
  private boolean backupEnded;
  private Optional<Lsn> consistent = Optional.empty();
  private Optional<Instant> latestTime = Optional.empty();
  private Optional<EndedTransaction> last = Optional.empty();
  private Optional<EndedTransaction> lastCommit = Optional.empty();
  private Optional<StopDecision> stop = Optional.empty();

  Replay(ReplayStart from, StopRules rules, StandbyCapacity server, SegmentRequests fetched) {
    this.from = from;
    this.rules = rules;
    this.hotStandby = new HotStandby(server.hotStandby());
    this.settings = server.own();
    this.fetched = fetched;
    this.prepared = new PreparedTransactions(from.history(), from.cluster().segmentSize());
    timeline = from.checkpoint().timeline();
    start = from.afterCheckpoint() ? from.location() : Lsn.ZERO;
    end = from.afterCheckpoint() ? from.checkpointEnd() : from.checkpoint().redo();
    if (from.checkpoint().shutdown()) {
      hotStandby.shutDown();
    }
    checkConsistency();
  }

  /** Goes on to a record. */
  Step next(ReplayedRecord record) {
    Step step = begun ? Step.CONTINUE : begin(record);
    if (step != Step.CONTINUE) {
      return step;
    }
    read = record.start();
    Optional<StopDecision> before = rules.before(record, consistent.isPresent());
    if (before.isPresent()) {
      return stopAt(before.get());
    }
    step = apply(record);
    if (step != Step.CONTINUE) {
      return step;
    }
    Optional<StopDecision> after = rules.after(record, consistent.isPresent());
    // the server remembers the time only after it has asked whether a target LSN is reached
    boolean forgotten = after.isPresent() && rules.byPosition();
    if (!forgotten && record.body().orElse(null) instanceof End transaction) {
      latestTime = Optional.of(transaction.time());
    }
    return after.isPresent() ? stopAt(after.get()) : Step.CONTINUE;
  }

  private Step stopAt(StopDecision decision) {
    stop = Optional.of(decision);
    log("LOG", decision.logged());
    return consistent.isEmpty()
        ? fail("FATAL", "requested recovery stop point is before consistent recovery point")
        : Step.STOPPED;
  }

  private Step begin(ReplayedRecord first) {
    begun = true;
    if (!from.afterCheckpoint()
        && from.cluster().version().major() >= 17
        && !(first.body().orElse(null) instanceof CheckpointRedo)) {
      return fail("FATAL", "unexpected record type found at redo point " + first.start());
    }
    log("LOG", "redo starts at " + first.start());
    return Step.CONTINUE;
  }

  private Step apply(ReplayedRecord record) {
    RecordBody body = record.body().orElse(null);
    TimelineId before = timeline;
    Step step = switchTimeline(record, body);
    if (step == Step.CONTINUE) {
      step = redo(record, body, before);
    }
    if (step != Step.CONTINUE) {
      return step;
    }
    start = record.start();
    end = record.end();
    checkConsistency();
    return Step.CONTINUE;
  }

  private Step switchTimeline(ReplayedRecord record, @Nullable RecordBody body) {
    TimelineId next = timeline;
    TimelineId previous = timeline;
    if (body instanceof Checkpoint checkpoint && checkpoint.shutdown()) {
      next = checkpoint.timeline();
      previous = checkpoint.previousTimeline();
    } else if (body instanceof EndOfRecovery promotion) {
      next = promotion.timeline();
      previous = promotion.previousTimeline();
    }
    if (next.equals(timeline)) {
      return Step.CONTINUE;
    }
    if (!previous.equals(timeline)) {
      return fail(
          "PANIC",
          String.format(
              "unexpected previous timeline ID %s (current timeline ID %s) in checkpoint record",
              previous, timeline));
    }
    if (next.compareTo(timeline) < 0 || !from.history().contains(next)) {
      return fail(
          "PANIC",
          String.format(
              "unexpected timeline ID %s (after %s) in checkpoint record", next, timeline));
    }
    if (from.ofStandby()
        && record.end().isBefore(from.backupEnd())
        && next.compareTo(from.backupEndTimeline()) > 0) {
      return fail(
          "PANIC",
          String.format(
              "unexpected timeline ID %s in checkpoint record,"
                  + " before reaching minimum recovery point %s on timeline %s",
              next, from.backupEnd(), from.backupEndTimeline()));
    }
    timeline = next;
    return Step.CONTINUE;
  }

  /** What redo of a record does, as far as the course of recovery depends on it. */
  private Step redo(ReplayedRecord record, @Nullable RecordBody body, TimelineId before) {
    if (body instanceof Checkpoint checkpoint) {
      return redoCheckpoint(checkpoint, before);
    }
    if (body instanceof ParameterChange change) {
      return redoParameterChange(change);
    }
    if (body instanceof BackupEnd ended && ended.backupStart().equals(from.checkpoint().redo())) {
      backupEnded = true;
    } else if (body instanceof RunningTransactions running) {
      hotStandby.learn(running);
    } else if (body instanceof Prepare transaction) {
      prepared.add(record, transaction, fetched);
    } else if (body instanceof End transaction) {
      last = Optional.of(new EndedTransaction(record.start(), transaction));
      prepared.remove(transaction);
      lastCommit = last.get().commit() ? last : lastCommit;
    }
    return Step.CONTINUE;
  }

  private Step redoCheckpoint(Checkpoint checkpoint, TimelineId before) {
    if (checkpoint.shutdown()) {
      if (consistent.isEmpty() && !from.ofStandby()) {
        return fail("PANIC", "online backup was canceled, recovery cannot continue");
      }
      hotStandby.shutDown();
      return hotStandby.ready() ? rereadPrepared(before) : Step.CONTINUE;
    }
    return checkpoint.timeline().equals(timeline)
        ? Step.CONTINUE
        : fail(
            "PANIC",
            String.format(
                "unexpected timeline ID %s (should be %s) in online checkpoint record",
                checkpoint.timeline(), timeline));
  }

  /** Reads the prepared transactions again, at the end of recovery. */
  Step rereadPrepared() {
    return rereadPrepared(timeline);
  }

  private Step rereadPrepared(TimelineId reached) {
    Optional<WalSegment> missing = prepared.missing(reached, fetched);
    return missing.isEmpty()
        ? Step.CONTINUE
        : fail(
            "FATAL", "requested WAL segment pg_wal/" + missing.get() + " has already been removed");
  }

  private Step redoParameterChange(ParameterChange change) {
    if (change.walLevel() == WalLevel.MINIMAL) {
      String quote = from.cluster().version().major() >= 17 ? "\"" : "";
      return fail(
          "FATAL",
          "WAL was generated with "
              + quote
              + "wal_level=minimal"
              + quote
              + ", cannot continue recovering");
    }
    return require(RequiredSettings.of(change));
  }

  /** The server's settings must be as high; if not, it ends, or lets people see why. */
  Step require(RequiredSettings needed) {
    if (settings.isEmpty() || !hotStandby.tooLow(settings.get(), needed)) {
      return Step.CONTINUE;
    }
    if (!active()) {
      return fail("FATAL", "recovery aborted because of insufficient parameter settings");
    }
    log("WARNING", "hot standby is not possible because of insufficient parameter settings");
    log("LOG", "recovery has paused");
    return Step.PAUSED;
  }

  private void checkConsistency() {
    boolean complete = from.ofStandby() ? !end.isBefore(from.backupEnd()) : backupEnded;
    if (complete && consistent.isEmpty()) {
      consistent = Optional.of(end);
      log("LOG", "consistent recovery state reached at " + end);
    }
  }

  Step fail(String severity, String message) {
    log(severity, message);
    return Step.FAILED;
  }

  void log(String severity, String message) {
    log.add(severity + ":  " + message);
  }

  /** Logs that there is nothing more to replay. */
  void done() {
    if (!begun) {
      log("LOG", "redo is not required");
      return;
    }
    log("LOG", "redo done at " + read);
    latestTime.ifPresent(
        time -> log("LOG", "last completed transaction was at log time " + LoggedTime.of(time)));
  }

  /** Whether queries can be answered: hot standby is active. */
  boolean active() {
    return consistent.isPresent() && hotStandby.ready();
  }

  Optional<StopDecision> stop() {
    return stop;
  }

  Optional<Lsn> consistent() {
    return consistent;
  }

  /** The timeline of the last record applied. */
  TimelineId timeline() {
    return timeline;
  }

  /** Where the last record applied begins; zero if none was. */
  Lsn lastStart() {
    return start;
  }

  /** Where the last record applied ends. */
  Lsn lastEnd() {
    return end;
  }

  Optional<EndedTransaction> last() {
    return last;
  }

  Optional<EndedTransaction> lastCommit() {
    return lastCommit;
  }

  /** The names of the transactions that replay prepared and did not end, by their IDs. */
  Map<Long, String> prepared() {
    return prepared.gids();
  }

  List<String> log() {
    return log;
  }
}
