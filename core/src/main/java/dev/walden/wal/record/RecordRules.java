package dev.walden.wal.record;

import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;

/**
 * What must hold between a record and those before it.
 *
 * <p>Source: {@code XLogDecodeNextRecord} and {@code ValidXLogRecordHeader} in {@code
 * src/backend/access/transam/xlogreader.c}.
 */
final class RecordRules {
  private static final long NONE = RecordDecoder.NONE;

  private RecordRules() {}

  /** Why a page is not the one that goes on with a record; null if it is. */
  static InvalidWal notContinued(PageValidator header, long left, long start) {
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
   * What is wrong with the header of the record at {@code start}; null if nothing is.
   *
   * @param previous where the record before it starts, 0 if that is not known
   */
  static InvalidWal wrongHeader(
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
            "record at %s says that the one before it is at %s",
            new Lsn(start),
            new Lsn(link));
  }

  static InvalidWal wrongChecksum(long start) {
    return InvalidWal.of(
        WalEnd.Reason.BAD_CRC, "record at %s has another checksum", new Lsn(start));
  }
}
