package dev.walden.recovery;

import dev.walden.wal.Lsn;
import dev.walden.wal.record.TransactionBody.End;
import java.time.Instant;

/**
 * The end of a transaction, or the rollback of a subtransaction.
 *
 * @param lsn where its record begins
 * @param xid 32 bits, unsigned
 * @param time when the server began to end it
 * @param commit whether what it did stays
 */
public record EndedTransaction(Lsn lsn, long xid, Instant time, boolean commit) {
  public EndedTransaction(Lsn lsn, End end) {
    this(lsn, end.xid(), end.time(), end.outcome().isCommit());
  }

  /** {@code commit of transaction 1234 at 2026-11-22T10:45:23.123456Z, LSN 0/5A2F1B8}. */
  @Override
  public String toString() {
    return (commit ? "commit" : "abort")
        + " of transaction "
        + xid
        + " at "
        + time
        + ", LSN "
        + lsn;
  }
}
