package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The bytes of one record: in the page if it lies within one, else put together. Memory is taken
 * for bytes that arrived, not for a length that a damaged record claims.
 *
 * <p>Source: {@code XLogDecodeNextRecord}, {@code ValidXLogRecordHeader} and {@code
 * ValidXLogRecord} in {@code src/backend/access/transam/xlogreader.c}.
 */
final class RecordBytes {
  private static final int HEADER = RecordParts.HEADER;
  private static final int CRC_AT = 20;
  private static final int MAX_LENGTH = 1020 << 20;
  private static final int RETAINED = 1 << 20;

  private final WalPages pages;
  private final CRC32C crc = new CRC32C();
  private byte[] assembly = new byte[2 * WalPages.PAGE];
  private byte[] array;
  private int at;
  private int length;
  private long start;
  private long next;
  private boolean overwritten;
  private Stop problem;

  RecordBytes(WalPages pages) {
    this.pages = pages;
  }

  /** Goes to the start of the record at {@code position}, which may be the start of its page. */
  boolean begin(long position) throws IOException {
    long page = position & -WalPages.PAGE;
    if (!pages.moveTo(page)) {
      return refuse(pages.problem());
    }
    WalPageHeader header = pages.header();
    start = Math.max(position - page, header.size()) + page;
    if (header.continuesRecord() && start - page == header.size()) {
      return refuse(
          WalEnd.Reason.BAD_CONTRECORD,
          "page %s continues a record, but the one before it is complete",
          new Lsn(page));
    }
    return true;
  }

  /**
   * Reads the record to its end and checks it, except for its parts.
   *
   * @param previous where the record before it starts, 0 if that is not known
   */
  boolean complete(long previous) throws IOException {
    overwritten = false;
    int offset = (int) (start & (WalPages.PAGE - 1));
    array = pages.buffer();
    at = pages.pageAt() + offset;
    if (pages.available() - offset < Integer.BYTES) {
      return tooShort();
    }
    length = LittleEndian.i32(array, at);
    if (!lengthIsValid()) {
      return false;
    }
    int onPage = WalPages.PAGE - offset;
    if (onPage >= HEADER && pages.available() - offset >= HEADER && !headerIsValid(previous)) {
      return false;
    }
    if (pages.available() - offset < Math.min(length, onPage)) {
      return tooShort();
    }
    if (length <= onPage) {
      next = start + WalReader.align(length);
      return crcIsValid();
    }
    return assemble(onPage, previous) && (overwritten || crcIsValid());
  }

  private boolean lengthIsValid() {
    if (length == 0) {
      return refuse(WalEnd.Reason.ZEROS, "zeros at %s", new Lsn(start));
    }
    return length >= HEADER && length <= MAX_LENGTH
        || refuse(
            WalEnd.Reason.INVALID_LENGTH,
            "record at %s of %s bytes",
            new Lsn(start),
            Integer.toUnsignedString(length));
  }

  private boolean assemble(int onPage, long previous) throws IOException {
    long page = start & -WalPages.PAGE;
    if (assembly.length > RETAINED && length <= RETAINED) {
      assembly = new byte[2 * WalPages.PAGE];
    }
    int got = 0;
    int count = onPage;
    int from = at;
    while (true) {
      reserve(got + count);
      System.arraycopy(pages.buffer(), from, assembly, got, count);
      array = assembly;
      at = 0;
      boolean headerCame = got < HEADER && got + count >= HEADER;
      got += count;
      if (headerCame && !headerIsValid(previous)) {
        return false;
      }
      if (got == length) {
        next = page + pages.header().size() + WalReader.align(count);
        return true;
      }
      page += WalPages.PAGE;
      if (!continues(page, length - got) || overwritten) {
        return overwritten;
      }
      int header = pages.header().size();
      count = Math.min(length - got, WalPages.PAGE - header);
      from = pages.pageAt() + header;
      if (pages.available() - header < count) {
        return tooShort();
      }
    }
  }

  private void reserve(int count) {
    if (assembly.length < count) {
      int doubled = (int) Math.min(length, 2L * assembly.length);
      assembly = Arrays.copyOf(assembly, Math.max(doubled, count));
    }
  }

  /** Whether the page is there and holds the next of the {@code left} bytes, or overwrites them. */
  private boolean continues(long page, int left) throws IOException {
    if (page == 0 || !pages.moveTo(page)) {
      return refuse(page == 0 ? WalReader.lastPage() : pages.problem());
    }
    WalPageHeader header = pages.header();
    if (header.overwritesRecord()) {
      overwritten = true;
      next = page;
      return true;
    }
    if (!header.continuesRecord()) {
      return refuse(
          WalEnd.Reason.BAD_CONTRECORD,
          "page %s does not continue the record at %s",
          new Lsn(page),
          new Lsn(start));
    }
    return header.remainingLength() == left
        || refuse(
            WalEnd.Reason.BAD_CONTRECORD,
            "page %s continues a record with %d bytes, the one at %s needs %d",
            new Lsn(page),
            header.remainingLength(),
            new Lsn(start),
            left);
  }

  private boolean headerIsValid(long previous) {
    int manager = LittleEndian.u8(array, at + 17);
    if (!ResourceManager.isValid(manager, pages.version())) {
      return refuse(
          WalEnd.Reason.INVALID_RESOURCE_MANAGER,
          "record at %s of resource manager %d, which %s does not have",
          new Lsn(start),
          manager,
          pages.version());
    }
    long link = LittleEndian.i64(array, at + 8);
    boolean linked = previous == 0 ? Long.compareUnsigned(link, start) < 0 : link == previous;
    return linked
        || refuse(
            WalEnd.Reason.BAD_PREV,
            "record at %s says that the one before it is at %s",
            new Lsn(start),
            new Lsn(link));
  }

  private boolean crcIsValid() {
    crc.reset();
    crc.update(array, at + HEADER, length - HEADER);
    crc.update(array, at, CRC_AT);
    return (int) crc.getValue() == LittleEndian.i32(array, at + CRC_AT)
        || refuse(WalEnd.Reason.BAD_CRC, "record at %s has another checksum", new Lsn(start));
  }

  private boolean tooShort() {
    return refuse(
        WalEnd.Reason.TRUNCATED_SEGMENT,
        "segment %s ends within the record at %s",
        pages.segmentName(),
        new Lsn(start));
  }

  private boolean refuse(WalEnd.Reason reason, String format, Object... arguments) {
    return refuse(Stop.of(reason, format, arguments));
  }

  private boolean refuse(Stop stop) {
    problem = stop;
    return false;
  }

  Stop problem() {
    return problem;
  }

  /** Where the record starts. */
  long start() {
    return start;
  }

  /** Where the next record can start; after an overwritten one, the page that overwrote it. */
  long next() {
    return next;
  }

  /** Whether the record was never completed, and another page stands where it would go on. */
  boolean overwritten() {
    return overwritten;
  }

  void show(WalRecord record) {
    record.set(array, at, length, pages.version());
  }
}
