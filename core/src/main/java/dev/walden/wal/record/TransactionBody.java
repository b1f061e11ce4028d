package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The beginnings and ends of transactions. Transaction IDs are those of 32 bits, unsigned.
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

    /** Whether what it did stays. */
    public boolean isCommit() {
      return this == COMMIT || this == COMMIT_PREPARED;
    }
  }

  /**
   * The end of a transaction, or the rollback of a subtransaction.
   *
   * @param xid that which ended; of a prepared transaction its own
   * @param time when the server began to commit or abort; not in the order of the WAL
   * @param subtransactions those that ended with it
   * @param droppedFiles files that it removed: those of dropped, truncated or rewritten relations
   * @param detail what few records have
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
   * @param info {@code xinfo}, the flags, as stored
   * @param database the database of the session, 0 if not said
   * @param droppedStatistics how many statistics entries it dropped
   * @param invalidations how many cache invalidations it sent
   * @param gid the name of the prepared transaction; only said with {@code wal_level=logical}
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
   * A transaction that was prepared. It is no end: it waits for its {@link End}.
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

  /** Tells to which transaction subtransactions belong, once there are many. */
  record Assignment(long topXid, List<Long> subtransactions) implements TransactionBody {}
}
