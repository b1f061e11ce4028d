package dev.walden.wal.index;

import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.record.RelFileLocator;
import dev.walden.wal.record.XlogBody;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** An event in the WAL that plans or searches need. Transaction IDs have 32 bits, unsigned. */
public sealed interface WalEvent {
  /** Where its record begins. */
  Lsn lsn();

  /** Where the next record can begin. */
  Lsn endLsn();

  /** {@code pg_create_restore_point}. */
  record RestorePoint(Lsn lsn, Lsn endLsn, Instant time, String name) implements WalEvent {}

  /**
   * A timeline switch, from an end-of-recovery record, or from a checkpoint that then is a {@link
   * Checkpoint} event too.
   *
   * @param walLevel recorded from 17 on
   */
  record TimelineSwitch(
      Lsn lsn,
      Lsn endLsn,
      TimelineId timeline,
      TimelineId previousTimeline,
      Optional<WalLevel> walLevel)
      implements WalEvent {}

  /**
   * A checkpoint.
   *
   * @param shutdown whether nothing was written between redo and this record
   * @param redo where recovery from it begins
   * @param nextXid the next transaction ID, with the epoch in its upper 32 bits
   * @param walLevel recorded from 17 on
   */
  record Checkpoint(
      Lsn lsn,
      Lsn endLsn,
      boolean shutdown,
      Lsn redo,
      TimelineId timeline,
      long nextXid,
      Instant time,
      Optional<WalLevel> walLevel)
      implements WalEvent {}

  /** Changed settings that a standby must not have lower, or {@code wal_level}. */
  record ParameterChange(Lsn lsn, Lsn endLsn, XlogBody.ParameterChange parameters)
      implements WalEvent {}

  /**
   * The end of a base backup from a primary.
   *
   * @param backupStart where recovery from it begins
   */
  record BackupEnd(Lsn lsn, Lsn endLsn, Lsn backupStart) implements WalEvent {}

  /**
   * The commit of a transaction that removed files, of dropped, truncated or rewritten tables and
   * indexes.
   *
   * @param time of the commit
   * @param database the session's database; 0 if not recorded
   * @param subtransactions the subtransactions that committed with it
   * @param replaced whether the transaction also created files within the outline, as {@code
   *     TRUNCATE} and rewriting do
   */
  record FilesDropped(
      Lsn lsn,
      Lsn endLsn,
      long xid,
      Instant time,
      long database,
      List<Long> subtransactions,
      List<RelFileLocator> files,
      boolean replaced)
      implements WalEvent {
    public FilesDropped {
      subtransactions = List.copyOf(subtransactions);
      files = List.copyOf(files);
    }

    /**
     * This event, as replaced if the fileCreatorXids include its transaction or a subtransaction.
     */
    FilesDropped replacedBy(Collection<Long> fileCreatorXids) {
      boolean now =
          replaced
              || fileCreatorXids.contains(xid)
              || subtransactions.stream().anyMatch(fileCreatorXids::contains);
      return now == replaced
          ? this
          : new FilesDropped(lsn, endLsn, xid, time, database, subtransactions, files, true);
    }
  }

  /**
   * A database was dropped, or removed from tablespaces. This takes effect with the record, even if
   * the transaction never commits.
   */
  record DatabaseDropped(Lsn lsn, Lsn endLsn, long xid, long database, List<Long> tablespaces)
      implements WalEvent {
    public DatabaseDropped {
      tablespaces = List.copyOf(tablespaces);
    }
  }

  /**
   * A tablespace was dropped. This takes effect with the record, even if the transaction never
   * commits.
   */
  record TablespaceDropped(Lsn lsn, Lsn endLsn, long xid, long tablespace) implements WalEvent {}

  /**
   * A prepared transaction ended.
   *
   * @param committed whether it committed
   */
  record PreparedEnd(Lsn lsn, Lsn endLsn, long xid, Instant time, boolean committed)
      implements WalEvent {}

  /** A transaction was prepared. Only this record always holds its name. */
  record Prepared(Lsn lsn, Lsn endLsn, long xid, Instant time, long database, String gid)
      implements WalEvent {}
}
