package dev.walden.recovery;

import dev.walden.backup.BaseBackup;
import dev.walden.json.JsonObject;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.util.List;
import java.util.Optional;

/**
 * A range of WAL in which recovery along a timeline can stop.
 *
 * @param backups the base backups in it, by the positions at which they are consistent; not empty
 * @param end where the WAL ends: after the last valid record if the WAL was read, else where the
 *     first missing segment starts
 * @param last the last transaction that ended in it, after its start; empty also if the WAL was not
 *     read
 */
public record RecoverableRange(
    TimelineId timeline, List<BaseBackup> backups, Lsn end, Optional<EndedTransaction> last) {

  public RecoverableRange {
    backups = List.copyOf(backups);
    if (backups.isEmpty()) {
      throw new IllegalArgumentException("nothing is recoverable without a base backup");
    }
  }

  /** The base backup from which everything in it can be reached. */
  public BaseBackup backup() {
    return backups.get(0);
  }

  /** The first position at which the cluster is consistent. */
  public Lsn start() {
    return backup().endLsn();
  }

  /** For programs. Members are only ever added. */
  public JsonObject toJson() {
    JsonObject json =
        JsonObject.create()
            .with("timeline", timeline.value())
            .with("start", start().toString())
            .with("startTime", backup().endTime().toString())
            .with("end", end.toString());
    last.ifPresent(transaction -> json.with("endTime", transaction.time().toString()));
    return json.with("backups", backups.stream().map(RecoverableRange::toJson).toList());
  }

  private static JsonObject toJson(BaseBackup backup) {
    return JsonObject.create()
        .with("id", backup.id().text())
        .with("startLsn", backup.startLsn().toString())
        .with("endLsn", backup.endLsn().toString())
        .with("endTimeline", backup.endTimeline().value())
        .with("endTime", backup.endTime().toString());
  }

  @Override
  public String toString() {
    return "along timeline "
        + timeline
        + " from "
        + start()
        + " (the end of backup "
        + backup().id()
        + ", "
        + backup().endTime()
        + ") to before "
        + end
        + last.map(t -> " (the last transaction in it ended " + t.time() + ")").orElse("");
  }
}
