package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;

/** Sees the records that are wanted, one after the other. */
public interface RecordVisitor {

  /**
   * A record; good only during the call.
   *
   * @throws CorruptFileException if it cannot be valid: WAL ends before it
   */
  void record(WalRecord record) throws CorruptFileException;

  /** A record that is wanted, but of which not all bytes were kept. */
  void missed(Lsn lsn, Lsn endLsn);
}
