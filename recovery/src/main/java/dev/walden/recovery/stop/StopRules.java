package dev.walden.recovery.stop;

import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Immediate;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.recovery.RecoveryTarget.Time;
import dev.walden.recovery.RecoveryTarget.Transaction;
import dev.walden.wal.record.TransactionBody.End;
import dev.walden.wal.record.XlogBody.RestorePoint;
import java.util.Optional;

/**
 * At which record recovery to a target stops. For every record, in the order of the WAL, {@link
 * #before} is asked, then the record is applied, then {@link #after} is asked; the first answer
 * ends recovery. Immutable.
 *
 * <p>Source: {@code recoveryStopsBefore}, {@code recoveryStopsAfter} and {@code
 * getRecoveryStopReason} in {@code src/backend/access/transam/xlogrecovery.c}, the same from 14 to
 * 18. Times are logged as by a server whose {@code timezone} is UTC.
 */
public final class StopRules {
  private static final StopDecision CONSISTENT =
      new StopDecision(true, "recovery stopping after reaching consistency", "reached consistency");

  /** What the history of the new timeline says if recovery went to the end of WAL. */
  public static final String NO_TARGET = "no recovery target specified";

  private final RecoveryTarget target;

  public StopRules(RecoveryTarget target) {
    this.target = target;
  }

  /** Whether a server with this target refuses to promote when WAL ends before it was reached. */
  public boolean mustStop() {
    return target.setting().isPresent();
  }

  public boolean byPosition() {
    return target instanceof Position;
  }

  /**
   * Whether recovery stops without applying a record.
   *
   * @param consistent whether the records before it have made the cluster consistent
   */
  public Optional<StopDecision> before(ReplayedRecord record, boolean consistent) {
    if (target instanceof Immediate) {
      return consistent
          ? Optional.of(new StopDecision(false, CONSISTENT.logged(), CONSISTENT.reason()))
          : Optional.empty();
    }
    if (target instanceof Position position) {
      return position.inclusive() ? Optional.empty() : reached(position, record);
    }
    if (record.body().orElse(null) instanceof End end && meetsBefore(end)) {
      return Optional.of(stop(false, end));
    }
    return Optional.empty();
  }

  /**
   * Whether recovery stops now that a record was applied.
   *
   * @param consistent whether the cluster is consistent with it
   */
  public Optional<StopDecision> after(ReplayedRecord record, boolean consistent) {
    if (target instanceof Immediate) {
      // of other records the server does not ask here: it continues, and stops before the next one
      return consistent && record.ofTransaction() ? Optional.of(CONSISTENT) : Optional.empty();
    }
    if (target instanceof Position position) {
      return position.inclusive() ? reached(position, record) : Optional.empty();
    }
    if (target instanceof RecoveryTarget.RestorePoint wanted
        && record.body().orElse(null) instanceof RestorePoint point
        && point.name().equals(wanted.name())) {
      return Optional.of(stop(point));
    }
    if (target instanceof Transaction transaction
        && transaction.inclusive()
        && record.body().orElse(null) instanceof End end
        && end.xid() == transaction.xid32()) {
      return Optional.of(stop(true, end));
    }
    return Optional.empty();
  }

  private static Optional<StopDecision> reached(Position target, ReplayedRecord record) {
    if (record.start().isBefore(target.lsn())) {
      return Optional.empty();
    }
    String word = target.inclusive() ? "after" : "before";
    return Optional.of(
        new StopDecision(
            target.inclusive(),
            "recovery stopping " + word + " WAL location (LSN) \"" + record.start() + '"',
            word + " LSN " + record.start() + '\n'));
  }

  private boolean meetsBefore(End end) {
    if (target instanceof Transaction transaction) {
      return !transaction.inclusive() && end.xid() == transaction.xid32();
    }
    if (target instanceof Time time) {
      int order = end.time().compareTo(time.time());
      return time.inclusive() ? order > 0 : order >= 0;
    }
    return false;
  }

  private StopDecision stop(boolean after, End end) {
    String word = after ? "after" : "before";
    String time = LoggedTime.of(end.time());
    return new StopDecision(
        after,
        String.format(
            "recovery stopping %s %s of transaction %d, time %s",
            word, end.outcome().isCommit() ? "commit" : "abort", end.xid(), time),
        target instanceof Time ? word + ' ' + time + '\n' : word + " transaction " + end.xid());
  }

  private static StopDecision stop(RestorePoint point) {
    return new StopDecision(
        true,
        String.format(
            "recovery stopping at restore point \"%s\", time %s",
            point.name(), LoggedTime.of(point.time())),
        "at restore point \"" + point.name() + '"');
  }
}
