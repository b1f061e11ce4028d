package dev.walden.recovery.plan;

import dev.walden.json.JsonObject;
import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.RecoveryTarget.Immediate;
import java.util.Optional;

/** A {@link RecoveryStopPoint} for people and for programs. */
final class StopText {
  private StopText() {}

  static String place(RecoveryPlan plan, RecoveryStopPoint stop) {
    if (stop.record().isEmpty()) {
      return plan.target() instanceof Immediate
          ? "at " + stop.lsn() + ", as soon as the backup is consistent"
          : "at " + stop.lsn() + ", the end of the archived WAL";
    }
    return String.format(
        "at %s, %s the record at %s",
        stop.lsn(), stop.replayed() ? "after" : "before", stop.record().get());
  }

  static String transaction(Optional<EndedTransaction> transaction) {
    return transaction.map(EndedTransaction::toString).orElse("none in the archived WAL");
  }

  static JsonObject toJson(RecoveryStopPoint stop) {
    JsonObject json = JsonObject.create().with("lsn", stop.lsn().toString());
    stop.record()
        .ifPresent(
            record ->
                json.with("record", record.toString()).with("recordReplayed", stop.replayed()));
    stop.logged().ifPresent(logged -> json.with("logged", logged));
    stop.last().ifPresent(last -> json.with("lastKept", toJson(last)));
    stop.next().ifPresent(next -> json.with("firstNotKept", toJson(next)));
    return json.with("notKeptThoughEarlier", stop.lost().stream().map(StopText::toJson).toList())
        .with(
            "prepared",
            stop.prepared().stream()
                .map(
                    prepared ->
                        JsonObject.create()
                            .with("xid", prepared.xid())
                            .with("gid", prepared.gid())
                            .with("time", prepared.time().toString()))
                .toList());
  }

  static JsonObject toJson(EndedTransaction transaction) {
    return JsonObject.create()
        .with("xid", transaction.xid())
        .with("committed", transaction.commit())
        .with("time", transaction.time().toString())
        .with("lsn", transaction.lsn().toString());
  }
}
