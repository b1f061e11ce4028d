package dev.walden.wal.record;

import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * Rules between a record and those before it.
 *
 * <p>Source: {@code XLogDecodeNextRecord} and {@code ValidXLogRecordHeader} in {@code
 * src/backend/access/transam/xlogreader.c}.
 */
final class RecordRules {
  private static final long NONE = RecordDecoder.NONE;

  private RecordRules() {}

  /** Why a page does not continue a record; null if it does. */
  static @Nullable InvalidWal notContinued(PageValidator header, long left, long start) {
    if (!header.continuesRecord()) {
      return InvalidWal.of(
          WalEnd.Reason.BAD_CONTRECORD,
          "page %s does not continue the record at %s",
          new Lsn(header.address()),
          new Lsn(start));
    }
    return header.remainingLength() == left
        ? null
        : InvalidWal.of(
            WalEnd.Reason.BAD_CONTRECORD,
            "page %s continues a record with %d bytes, the one at %s needs %d",
            new Lsn(header.address()),
            header.remainingLength(),
            new Lsn(start),
            left);
  }

  /**
   * Why the header of the record at {@code start} is invalid; null if it is valid.
   *
   * @param previous where the record before it starts; 0 if unknown
   */
  static @Nullable InvalidWal wrongHeader(
      byte[] bytes, int at, PgVersion version, long start, long previous) {
    int manager = LittleEndian.u8(bytes, at + 17);
    if (!ResourceManager.isValid(manager, version)) {
      return InvalidWal.of(
          WalEnd.Reason.INVALID_RESOURCE_MANAGER,
          "record at %s of resource manager %d, which %s does not have",
          new Lsn(start),
          manager,
          version);
    }
    long link = LittleEndian.i64(bytes, at + 8);
    boolean linked = previous == NONE ? Long.compareUnsigned(link, start) < 0 : link == previous;
    return linked
        ? null
        : InvalidWal.of(
            WalEnd.Reason.BAD_PREV,
            "record at %s has an incorrect prev-link %s",
            new Lsn(start),
            new Lsn(link));
  }

  static InvalidWal wrongChecksum(long start) {
    return InvalidWal.of(
        WalEnd.Reason.BAD_CRC, "record at %s has an incorrect checksum", new Lsn(start));
  }
}
