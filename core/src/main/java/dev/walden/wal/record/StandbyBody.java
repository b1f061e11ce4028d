package dev.walden.wal.record;

import java.util.List;

/**
 * What a standby must know about the primary's transactions.
 *
 * <p>Source: {@code src/include/storage/standbydefs.h}.
 */
public sealed interface StandbyBody extends RecordBody {

  /** Access exclusive locks, as taken before a drop, truncation or alteration. */
  record Locks(List<Lock> locks) implements StandbyBody {}

  /** One such lock; {@code relation} is the OID of the table. */
  record Lock(long xid, long database, long relation) {}

  /**
   * The running transactions.
   *
   * @param overflowed whether some subtransactions are missing
   */
  record RunningTransactions(
      long nextXid,
      long oldestRunningXid,
      long latestCompletedXid,
      boolean overflowed,
      List<Long> transactions,
      List<Long> subtransactions)
      implements StandbyBody {}
}
