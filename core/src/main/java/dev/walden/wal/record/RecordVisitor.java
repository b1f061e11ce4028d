package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;

/** Receives the wanted records, one after the other. */
public interface RecordVisitor {

  /**
   * A record, valid only during the call.
   *
   * @throws CorruptFileException if it cannot be valid: WAL ends before it
   */
  void record(WalRecord record) throws CorruptFileException;

  /** A wanted record of which not all bytes were kept. */
  void missed(Lsn lsn, Lsn endLsn);
}
