package dev.walden.recovery.points;

import dev.walden.json.JsonObject;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/**
 * Where a record lies in the archived WAL.
 *
 * @param timeline the one that it was written on
 * @param along the one to recover along to get there: {@link RecoveryTargetTimeline#of}
 * @param lsn where it begins
 * @param reachable whether a base backup leads there
 */
public record WalPlace(TimelineId timeline, TimelineId along, Lsn lsn, boolean reachable) {

  JsonObject into(JsonObject json) {
    return json.with("timeline", timeline.value())
        .with("along", along.value())
        .with("lsn", lsn.toString())
        .with("reachable", reachable);
  }

  /** {@code LSN 0/5A2F1B8 of timeline 1}, and how it is reached, if that is not plain. */
  @Override
  public String toString() {
    return "LSN "
        + lsn
        + " of timeline "
        + timeline
        + (along.equals(timeline) ? "" : " (recover along timeline " + along + ")")
        + (reachable ? "" : ", which no base backup leads to");
  }
}
