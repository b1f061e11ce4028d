package dev.walden.recovery;

import dev.walden.backup.BaseBackup;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/**
 * A stretch of WAL in which recovery along a timeline can stop.
 *
 * @param backup the first base backup of the stretch
 * @param end where the first missing segment starts
 */
public record RecoverableRange(TimelineId timeline, BaseBackup backup, Lsn end) {

  /** The first position at which the cluster is consistent. */
  public Lsn start() {
    return backup.endLsn();
  }

  @Override
  public String toString() {
    return "along timeline "
        + timeline
        + " from "
        + start()
        + " (the end of backup "
        + backup.id()
        + ", "
        + backup.endTime()
        + ") to before "
        + end;
  }
}
