package dev.walden.wal.record;

import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.time.Instant;
import java.util.Optional;

/**
 * Records about the WAL and the cluster as a whole.
 *
 * <p>Source: {@code src/include/catalog/pg_control.h}, {@code src/include/access/xlog_internal.h},
 * {@code src/backend/access/rmgrdesc/xlogdesc.c}.
 */
public sealed interface XlogBody extends RecordBody {
  /**
   * A checkpoint. A shutdown or end-of-recovery checkpoint may begin a timeline.
   *
   * @param shutdown whether nothing was written between redo and this record
   * @param redo where recovery from it begins
   * @param nextXid the next transaction ID, with the epoch in its upper 32 bits
   * @param walLevel recorded from 17 on
   */
  record Checkpoint(
      boolean shutdown,
      Lsn redo,
      TimelineId timeline,
      TimelineId previousTimeline,
      boolean fullPageWrites,
      Optional<WalLevel> walLevel,
      long nextXid,
      long nextOid,
      long oldestXid,
      long oldestActiveXid,
      Instant time)
      implements XlogBody {}

  /** The next unused OID. */
  record NextOid(long oid) implements XlogBody {}

  /** The rest of the segment is unused. */
  record Switch() implements XlogBody {}

  /**
   * The end of a base backup.
   *
   * @param backupStart where recovery from it begins
   */
  record BackupEnd(Lsn backupStart) implements XlogBody {}

  /** Changed settings that a standby must not have lower. */
  record ParameterChange(
      int maxConnections,
      int maxWorkerProcesses,
      int maxWalSenders,
      int maxPreparedTransactions,
      int maxLocksPerTransaction,
      WalLevel walLevel,
      boolean walLogHints,
      boolean trackCommitTimestamp)
      implements XlogBody {}

  /** {@code pg_create_restore_point}. */
  record RestorePoint(Instant time, String name) implements XlogBody {}

  /** Whether full pages are written from now on. */
  record FullPageWrites(boolean on) implements XlogBody {}

  /**
   * An end-of-recovery record: a timeline begins by promotion.
   *
   * @param walLevel said from 17 on
   */
  record EndOfRecovery(
      Instant time, TimelineId timeline, TimelineId previousTimeline, Optional<WalLevel> walLevel)
      implements XlogBody {}

  /** The record that began at {@code overwritten} was never completed. */
  record OverwriteContrecord(Lsn overwritten, Instant time) implements XlogBody {}

  /** Where recovery from the next online checkpoint begins; from 17 on. */
  record CheckpointRedo(WalLevel walLevel) implements XlogBody {}
}
