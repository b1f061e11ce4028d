package dev.walden.recovery.plan;

import dev.walden.json.JsonObject;
import dev.walden.recovery.EndedTransaction;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalEvent;
import java.util.List;
import java.util.Optional;

/**
 * Where exactly recovery will stop, known from the WAL itself.
 *
 * @param lsn the position after the last record that is replayed: where the new timeline begins
 * @param record where the record begins that makes recovery stop; empty at the end of WAL
 * @param replayed whether that record is still replayed
 * @param logged what the server will log; empty at the end of WAL
 * @param last the last transaction that is kept
 * @param next the first transaction that is not kept
 * @param lost transactions that are not kept although they ended before the time that was asked
 *     for, since times are not in the order of the WAL: the first of them
 * @param prepared transactions that remain prepared, to be committed or rolled back by hand; not
 *     those that were prepared before the first WAL the plan knows
 */
public record RecoveryStopPoint(
    Lsn lsn,
    Optional<Lsn> record,
    boolean replayed,
    Optional<String> logged,
    Optional<EndedTransaction> last,
    Optional<EndedTransaction> next,
    List<EndedTransaction> lost,
    List<WalEvent.Prepared> prepared) {

  public RecoveryStopPoint {
    lost = List.copyOf(lost);
    prepared = List.copyOf(prepared);
  }

  /** For programs. Members are only ever added. */
  public JsonObject toJson() {
    JsonObject json = JsonObject.create().with("lsn", lsn.toString());
    record.ifPresent(
        start -> json.with("record", start.toString()).with("recordReplayed", replayed));
    logged.ifPresent(line -> json.with("logged", line));
    last.ifPresent(transaction -> json.with("lastKept", toJson(transaction)));
    next.ifPresent(transaction -> json.with("firstNotKept", toJson(transaction)));
    return json.with("notKeptThoughEarlier", lost.stream().map(RecoveryStopPoint::toJson).toList())
        .with("prepared", prepared.stream().map(RecoveryStopPoint::toJson).toList());
  }

  private static JsonObject toJson(EndedTransaction transaction) {
    return JsonObject.create()
        .with("xid", transaction.xid())
        .with("committed", transaction.commit())
        .with("time", transaction.time().toString())
        .with("lsn", transaction.lsn().toString());
  }

  private static JsonObject toJson(WalEvent.Prepared prepared) {
    return JsonObject.create()
        .with("xid", prepared.xid())
        .with("gid", prepared.gid())
        .with("time", prepared.time().toString());
  }
}
