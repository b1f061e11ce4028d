package dev.walden.wal.index;

import dev.walden.wal.record.RecordFilter;
import dev.walden.wal.record.ResourceManager;

/**
 * The records that an outline needs.
 *
 * <p>Source: {@code src/include/catalog/pg_control.h}, {@code src/include/access/xact.h}, {@code
 * src/include/catalog/storage_xlog.h}, {@code src/include/commands/dbcommands_xlog.h}, {@code
 * src/include/commands/tablespace.h}.
 */
final class OutlineInterest implements RecordFilter {
  static final OutlineInterest INSTANCE = new OutlineInterest();

  private static final int XLOG = ResourceManager.XLOG.ordinal();
  private static final int TRANSACTION = ResourceManager.TRANSACTION.ordinal();
  private static final int STORAGE = ResourceManager.STORAGE.ordinal();
  private static final int DATABASE = ResourceManager.DATABASE.ordinal();
  private static final int TABLESPACE = ResourceManager.TABLESPACE.ordinal();

  // CHECKPOINT_SHUTDOWN, CHECKPOINT_ONLINE, BACKUP_END, PARAMETER_CHANGE, RESTORE_POINT,
  // END_OF_RECOVERY
  private static final int XLOG_OPERATIONS = 1 | 1 << 1 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 9;
  // COMMIT, PREPARE, ABORT, COMMIT_PREPARED, ABORT_PREPARED
  private static final int TRANSACTION_OPERATIONS = 0x1F;
  private static final int STORAGE_CREATE = 1;
  private static final int TABLESPACE_DROP = 1;

  private OutlineInterest() {}

  @Override
  public boolean in(int resourceManager, int info) {
    if (resourceManager > TABLESPACE) {
      return false;
    }
    int operation = info >>> 4;
    if (resourceManager == TRANSACTION) {
      return (TRANSACTION_OPERATIONS >>> (operation & 7) & 1) != 0;
    }
    if (resourceManager == XLOG) {
      return (XLOG_OPERATIONS >>> operation & 1) != 0;
    }
    // the numbers of database operations changed in 15: all of them are wanted
    return resourceManager == DATABASE
        || resourceManager == STORAGE && operation == STORAGE_CREATE
        || resourceManager == TABLESPACE && operation == TABLESPACE_DROP;
  }
}
