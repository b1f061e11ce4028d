package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Transactions: prepared, committed, aborted. Transaction IDs have 32 bits, unsigned.
 *
 * <p>Source: {@code src/include/access/xact.h}, {@code ParseCommitRecord} and its siblings in
 * {@code src/backend/access/rmgrdesc/xactdesc.c}; {@code xl_xact_prepare} in {@code
 * src/include/access/xact.h} and {@code src/backend/access/transam/twophase.c}.
 */
public sealed interface TransactionBody extends RecordBody {

  /** How a transaction ended. */
  enum Outcome {
    COMMIT,
    ABORT,
    COMMIT_PREPARED,
    ABORT_PREPARED;

    /** Whether its changes stay. */
    public boolean isCommit() {
      return this == COMMIT || this == COMMIT_PREPARED;
    }
  }

  /**
   * The end of a transaction, or the rollback of a subtransaction.
   *
   * @param xid the transaction that ended; for a prepared transaction, its own
   * @param time when the server began to commit or abort; not necessarily in WAL order
   * @param subtransactions the subtransactions that ended with it
   * @param droppedFiles files removed at its end: of dropped, truncated or rewritten relations
   * @param detail what only few records have
   */
  record End(
      Outcome outcome,
      long xid,
      Instant time,
      List<Long> subtransactions,
      List<RelFileLocator> droppedFiles,
      Detail detail)
      implements TransactionBody {}

  /**
   * The rarer parts of an {@link End}.
   *
   * @param info the flags of {@code xl_xact_xinfo}, as stored
   * @param database the session's database; 0 if not recorded
   * @param droppedStatistics the number of statistics entries dropped
   * @param invalidations the number of cache invalidations sent
   * @param gid the name of the prepared transaction; recorded only with {@code wal_level=logical}
   * @param origin where it was replicated from
   */
  record Detail(
      long info,
      long database,
      int droppedStatistics,
      int invalidations,
      Optional<String> gid,
      Optional<Origin> origin) {
    static final Detail NONE = new Detail(0, 0, 0, 0, Optional.empty(), Optional.empty());
  }

  /** The commit of another server that was replicated. */
  record Origin(Lsn lsn, Instant time) {}

  /**
   * A prepared transaction, which has not ended: an {@link End} follows.
   *
   * @param droppedOnCommit files that its commit would remove
   * @param droppedOnAbort files that its rollback would remove
   */
  record Prepare(
      long xid,
      long database,
      Instant time,
      String gid,
      List<Long> subtransactions,
      List<RelFileLocator> droppedOnCommit,
      List<RelFileLocator> droppedOnAbort)
      implements TransactionBody {}

  /** Assigns subtransactions to their top-level transaction, once there are many. */
  record Assignment(long topXid, List<Long> subtransactions) implements TransactionBody {}
}
