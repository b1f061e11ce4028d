package dev.walden.recovery.simulate;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.record.XlogBody.Checkpoint;

/**
 * Where replay of a base backup begins, and what it must reach to be consistent.
 *
 * @param history of the target timeline
 * @param location where the backup's checkpoint record begins
 * @param checkpointEnd where it ends
 * @param backupEnd where the backup ended
 * @param backupEndTimeline the timeline of {@code backupEnd}
 * @param ofStandby whether it was taken from a standby, which writes no end-of-backup record
 */
record ReplayStart(
    ClusterIdentity cluster,
    TimelineHistory history,
    Lsn location,
    Lsn checkpointEnd,
    Checkpoint checkpoint,
    Lsn backupEnd,
    TimelineId backupEndTimeline,
    boolean ofStandby) {

  /** Whether replay begins after the checkpoint record, not before it. */
  boolean afterCheckpoint() {
    return !checkpoint.redo().isBefore(location);
  }
}
