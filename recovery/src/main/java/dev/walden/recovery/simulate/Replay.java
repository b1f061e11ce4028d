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
  private boolean failed;
  private boolean paused;

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

  /** Goes on to a record. False if replay ends with it or before it. */
  boolean next(ReplayedRecord record) {
    if (!begun && !begin(record)) {
      return false;
    }
    read = record.start();
    stop = rules.before(record, consistent.isPresent());
    if (stop.isEmpty() && apply(record)) {
      stop = rules.after(record, consistent.isPresent());
      noteEnd(record);
    }
    if (stop.isPresent()) {
      log("LOG", stop.get().logged());
      if (consistent.isEmpty()) {
        fail("FATAL", "requested recovery stop point is before consistent recovery point");
      }
    }
    return stop.isEmpty() && !failed && !paused;
  }

  private boolean begin(ReplayedRecord first) {
    begun = true;
    if (!from.afterCheckpoint()
        && from.cluster().version().major() >= 17
        && !(first.body().orElse(null) instanceof CheckpointRedo)) {
      return fail("FATAL", "unexpected record type found at redo point " + first.start());
    }
    log("LOG", "redo starts at " + first.start());
    return true;
  }

  private boolean apply(ReplayedRecord record) {
    RecordBody body = record.body().orElse(null);
    TimelineId before = timeline;
    if (!switchTimeline(record, body) || !replayed(record, body, before)) {
      return false;
    }
    start = record.start();
    end = record.end();
    checkConsistency();
    return true;
  }

  private boolean switchTimeline(ReplayedRecord record, @Nullable RecordBody body) {
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
      return true;
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
    return true;
  }

  /** What redo of a record does, as far as the course of recovery depends on it. */
  private boolean replayed(ReplayedRecord record, @Nullable RecordBody body, TimelineId before) {
    if (body instanceof Checkpoint checkpoint) {
      return replayed(checkpoint, before);
    }
    if (body instanceof ParameterChange change) {
      return replayed(change);
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
    return true;
  }

  private boolean replayed(Checkpoint checkpoint, TimelineId before) {
    if (checkpoint.shutdown()) {
      if (consistent.isEmpty() && !from.ofStandby()) {
        return fail("PANIC", "online backup was canceled, recovery cannot continue");
      }
      hotStandby.shutDown();
      return !hotStandby.ready() || findPrepared(before);
    }
    return checkpoint.timeline().equals(timeline)
        || fail(
            "PANIC",
            String.format(
                "unexpected timeline ID %s (should be %s) in online checkpoint record",
                checkpoint.timeline(), timeline));
  }

  /** Reads the prepared transactions again, at the end of recovery. */
  boolean findPrepared() {
    return findPrepared(timeline);
  }

  private boolean findPrepared(TimelineId reached) {
    Optional<WalSegment> missing = prepared.missing(reached, fetched);
    return missing.isEmpty()
        || fail(
            "FATAL", "requested WAL segment pg_wal/" + missing.get() + " has already been removed");
  }

  private boolean replayed(ParameterChange change) {
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
    return suffices(RequiredSettings.of(change));
  }

  /** Whether the server's settings are high enough; if not, it ends, or lets people see why. */
  boolean suffices(RequiredSettings needed) {
    if (settings.isEmpty() || !hotStandby.tooLow(settings.get(), needed)) {
      return true;
    }
    if (!active()) {
      return fail("FATAL", "recovery aborted because of insufficient parameter settings");
    }
    log("WARNING", "hot standby is not possible because of insufficient parameter settings");
    log("LOG", "recovery has paused");
    paused = true;
    return false;
  }

  private void checkConsistency() {
    boolean complete = from.ofStandby() ? !end.isBefore(from.backupEnd()) : backupEnded;
    if (complete && consistent.isEmpty()) {
      consistent = Optional.of(end);
      log("LOG", "consistent recovery state reached at " + end);
    }
  }

  /** The server remembers the time only after it has asked whether a target LSN is reached. */
  private void noteEnd(ReplayedRecord record) {
    boolean forgotten = stop.isPresent() && rules.byPosition();
    if (!forgotten && record.body().orElse(null) instanceof End transaction) {
      latestTime = Optional.of(transaction.time());
    }
  }

  boolean fail(String severity, String message) {
    log(severity, message);
    failed = true;
    return false;
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

  boolean hasFailed() {
    return failed;
  }

  /** Whether it waits, in the middle of a record, for the operator. */
  boolean hasPaused() {
    return paused;
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
