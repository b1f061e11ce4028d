package dev.walden.wal.record;

import java.util.List;

/**
 * What a standby must know of the transactions on the primary.
 *
 * <p>Source: {@code src/include/storage/standbydefs.h}.
 */
public sealed interface StandbyBody extends RecordBody {

  /** Exclusive locks that were taken: what is about to be dropped, truncated or altered. */
  record Locks(List<Lock> locks) implements StandbyBody {}

  /** One such lock; {@code relation} is the OID of the table. */
  record Lock(long xid, long database, long relation) {}

  /**
   * The transactions that run.
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
