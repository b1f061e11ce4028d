package dev.walden.wal.record;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A row of a table that a record deletes, or changes in place. Only a few catalogs are changed in
 * place, at once and for all transactions.
 *
 * <p>Source: {@code xl_heap_delete} and {@code xl_heap_inplace} in {@code
 * src/include/access/heapam_xlog.h}.
 *
 * @param block the number of the page, unsigned
 * @param offset the row's number within the page
 */
public record ChangedRow(Kind kind, RelFileLocator relation, long block, int offset) {
  private static final int DELETE = 0x10;
  private static final int INPLACE = 0x70;
  // the flag that says that the page is initialized does not count
  private static final int OPERATION = 0x70;
  private static final int XID = 4;

  /** What happens to the row. */
  public enum Kind {
    DELETED,
    CHANGED_IN_PLACE
  }

  /** The row that a record changes; empty for records of other kinds. */
  public static Optional<ChangedRow> of(WalRecord record) {
    int operation = record.info() & OPERATION;
    boolean deletes = operation == DELETE;
    int at = deletes ? XID : 0;
    if (record.resourceManagerId() != ResourceManager.HEAP.ordinal()
        || !deletes && operation != INPLACE
        || record.blockCount() == 0
        || record.mainDataLength() < at + Short.BYTES) {
      return Optional.empty();
    }
    ByteBuffer data = record.mainData();
    BlockReference page = record.block(0);
    return Optional.of(
        new ChangedRow(
            deletes ? Kind.DELETED : Kind.CHANGED_IN_PLACE,
            page.locator(),
            page.block(),
            Short.toUnsignedInt(data.getShort(at))));
  }

  /** Whether another change is of the same row. */
  public boolean sameRow(ChangedRow other) {
    return relation.equals(other.relation) && block == other.block && offset == other.offset;
  }
}
