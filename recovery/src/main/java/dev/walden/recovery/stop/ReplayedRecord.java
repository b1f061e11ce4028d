package dev.walden.recovery.stop;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.ResourceManager;
import dev.walden.wal.record.WalRecord;
import java.util.Optional;

/**
 * What of a WAL record decides the course of recovery.
 *
 * @param end where the next record can start
 * @param ofTransaction whether it is of the resource manager Transaction
 * @param body of those about transactions and the WAL as a whole
 */
public record ReplayedRecord(Lsn start, Lsn end, boolean ofTransaction, Optional<RecordBody> body) {

  public static ReplayedRecord of(WalRecord record) throws CorruptFileException {
    ResourceManager manager = record.resourceManager();
    boolean matters =
        manager == ResourceManager.TRANSACTION
            || manager == ResourceManager.XLOG
            || manager == ResourceManager.STANDBY;
    return new ReplayedRecord(
        record.lsn(),
        record.endLsn(),
        manager == ResourceManager.TRANSACTION,
        matters ? record.body() : Optional.empty());
  }
}
