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

/**
 * Something in the WAL that a plan or a search looks for. Transaction IDs are those of 32 bits,
 * unsigned.
 */
public sealed interface WalEvent {
  /** Where the record that tells it begins. */
  Lsn lsn();

  /** Where the record after that one can begin. */
  Lsn endLsn();

  /** {@code pg_create_restore_point}. */
  record RestorePoint(Lsn lsn, Lsn endLsn, Instant time, String name) implements WalEvent {}

  /**
   * A timeline begins: by a promotion, or by a checkpoint at the end of a recovery, which then is a
   * {@link Checkpoint} too.
   *
   * @param walLevel said from 17 on
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
   * @param walLevel said from 17 on
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

  /** Settings changed that a standby must not have lower, or {@code wal_level}. */
  record ParameterChange(Lsn lsn, Lsn endLsn, XlogBody.ParameterChange parameters)
      implements WalEvent {}

  /**
   * The end of a base backup from a primary.
   *
   * @param backupStart where recovery from it begins
   */
  record BackupEnd(Lsn lsn, Lsn endLsn, Lsn backupStart) implements WalEvent {}

  /**
   * The commit of a transaction that removed files: those of dropped, truncated or rewritten tables
   * and indexes.
   *
   * @param time of the commit
   * @param database the database of the session, 0 if not said
   * @param subtransactions those that committed with it
   * @param replaced whether the transaction also made files within the outline, as {@code TRUNCATE}
   *     and rewriting do
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

    /** The same, replaced if one of these transactions is its own or one of its subtransactions. */
    FilesDropped replacedBy(Collection<Long> creators) {
      boolean now =
          replaced
              || creators.contains(xid)
              || subtransactions.stream().anyMatch(creators::contains);
      return now == replaced
          ? this
          : new FilesDropped(lsn, endLsn, xid, time, database, subtransactions, files, true);
    }
  }

  /**
   * A database was dropped, or left tablespaces. It happens with this record, even if the
   * transaction never commits.
   */
  record DatabaseDropped(Lsn lsn, Lsn endLsn, long xid, long database, List<Long> tablespaces)
      implements WalEvent {
    public DatabaseDropped {
      tablespaces = List.copyOf(tablespaces);
    }
  }

  /**
   * A prepared transaction ended.
   *
   * @param committed whether what it did stays
   */
  record PreparedEnd(Lsn lsn, Lsn endLsn, long xid, Instant time, boolean committed)
      implements WalEvent {}

  /** A transaction was prepared: the only place that always tells the name that belongs to it. */
  record Prepared(Lsn lsn, Lsn endLsn, long xid, Instant time, long database, String gid)
      implements WalEvent {}
}
