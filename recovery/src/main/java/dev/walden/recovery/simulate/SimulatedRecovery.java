package dev.walden.recovery.simulate;

import dev.walden.recovery.EndedTransaction;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.record.WalEnd;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a recovery would go.
 *
 * @param outcome what becomes of the server
 * @param stopLsn where the last record applied ends: the switch point of a new timeline
 * @param timeline the timeline of the last record applied
 * @param consistent where the cluster becomes consistent, if it does
 * @param lastTransaction the transaction, or rolled back subtransaction, whose end was applied last
 * @param lastCommit the transaction whose commit was applied last
 * @param prepared the transactions that wait for COMMIT PREPARED or ROLLBACK PREPARED, their names
 *     by their IDs; those prepared before the backup began are not known
 * @param newHistory the history of the new timeline, byte for byte as the server writes it
 * @param walEnd why there was no more WAL to replay; empty if recovery stopped before that
 * @param log what the server logs about it, in order and among other lines: each is the beginning
 *     of a line, with its severity; times are in UTC
 * @param requests the files it asks for
 */
public record SimulatedRecovery(
    Outcome outcome,
    Lsn stopLsn,
    TimelineId timeline,
    Optional<Lsn> consistent,
    Optional<EndedTransaction> lastTransaction,
    Optional<EndedTransaction> lastCommit,
    Map<Long, String> prepared,
    Optional<TimelineHistory> newHistory,
    Optional<WalEnd> walEnd,
    List<String> log,
    FileRequests requests) {

  public SimulatedRecovery {
    prepared = Map.copyOf(prepared);
    log = List.copyOf(log);
  }

  /** What becomes of a recovering server. */
  public enum Outcome {
    /** It takes writes on a new timeline. */
    PROMOTED,
    /** It answers queries and waits. */
    PAUSED,
    /** It shut itself down at the target. */
    SHUT_DOWN,
    /** It ended with an error, the last line of the log. */
    FAILED
  }

  /** The timeline that the server begins, if it is promoted. */
  public Optional<TimelineId> newTimeline() {
    return newHistory.map(TimelineHistory::timeline);
  }

  /** Whether WAL continues after the place at which it seemed to end: then that is damaged. */
  public boolean metDamage() {
    return walEnd.map(WalEnd::followed).orElse(false);
  }

  /** One line. */
  @Override
  public String toString() {
    return outcome
        + " at "
        + stopLsn
        + " on timeline "
        + timeline
        + newTimeline().map(id -> ", new timeline " + id).orElse("")
        + (log.isEmpty() ? "" : "; " + log.get(log.size() - 1));
  }
}
