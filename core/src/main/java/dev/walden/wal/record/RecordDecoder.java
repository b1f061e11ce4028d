package dev.walden.wal.record;

import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegmentSize;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Decodes record after record from pages handed in one by one. A record within a page is not
 * copied; one that spans pages is assembled if it is wanted. Memory is allocated for bytes that
 * arrived, not for the length that a damaged record claims.
 *
 * <p>Source: {@code XLogDecodeNextRecord}, {@code ValidXLogRecordHeader} and {@code
 * ValidXLogRecord} in {@code src/backend/access/transam/xlogreader.c}.
 */
final class RecordDecoder {
  /** The outcome of {@link #next}. */
  enum Step {
    /** A record, whole and checked. */
    RECORD,
    /** The end of the page. */
    PAGE,
    /** The requested end. */
    UNTIL,
    /** Invalid WAL. */
    STOP
  }

  static final long NONE = 0;

  private static final int PAGE = WalPageHeader.PAGE_SIZE;
  private static final int HEADER = DecodedRecord.HEADER;
  private static final int CRC_AT = 20;
  private static final int MAX_LENGTH = 1020 << 20;
  private static final int RETAINED = 1 << 20;
  private static final int LARGE = 1 << 20;

  private final WalSegmentSize size;
  private final RecordFilter interest;
  private final boolean lenient;
  private final long until;
  private final CRC32C crc = new CRC32C();
  private final WalRecord record = new WalRecord();
  private final RecordRun run = new RecordRun();

  @SuppressWarnings("NullAway.Init") // a page comes first
  private RecordDispatch kinds;

  @SuppressWarnings("NullAway.Init") // a page comes first
  private byte[] array;

  private int pageAt;
  private int available;

  @SuppressWarnings("NullAway.Init") // a page comes first
  private PageValidator header;

  private int headerSize;
  private long page;

  @SuppressWarnings("NullAway.Init") // a page comes first
  private PgVersion version;

  @SuppressWarnings("NullAway.Init") // a page comes first
  private String segmentName;

  private byte[] assembly = new byte[2 * PAGE];
  private boolean open;
  private boolean wanted;
  private int length;
  private int got;
  private long start;
  private long position;
  private long overwritten = NONE;
  private @Nullable InvalidWal problem;

  /**
   * @param interest which records {@link #record} shows; the others need not have valid parts
   * @param until records that begin here or later are not read; unsigned
   */
  RecordDecoder(WalSegmentSize size, RecordFilter interest, long until) {
    this(size, interest, false, until);
  }

  private RecordDecoder(WalSegmentSize size, RecordFilter interest, boolean lenient, long until) {
    this.size = size;
    this.interest = interest;
    this.lenient = lenient;
    this.until = until;
  }

  /**
   * A decoder that does not stop at wanted records which it cannot show: those of more than 1 MiB,
   * or with invalid parts, are {@link RecordRun#missed} instead.
   */
  static RecordDecoder lenient(WalSegmentSize size, RecordFilter interest) {
    return new RecordDecoder(size, interest, true, -1);
  }

  /** Where the first record can begin; may be the start of its page. */
  void startAt(long lsn) {
    position = lsn;
  }

  /**
   * Where the first record can begin, after one that began at {@code last}, which may be {@link
   * #NONE}.
   */
  void startAfter(long last, long lsn) {
    run.startAfter(last);
    position = lsn;
  }

  /** The first record must overwrite the one that began at {@code lsn}. */
  void expectOverwriting(long lsn) {
    overwritten = lsn;
  }

  /** The checked page that holds the position, or continues the open record. */
  void page(byte[] bytes, int at, int count, PageValidator checked) {
    array = bytes;
    pageAt = at;
    available = count;
    header = checked;
    page = checked.address();
    headerSize = checked.headerSize();
    version = checked.version();
    segmentName = checked.segmentName();
    if (kinds == null) {
      kinds = new RecordDispatch(version, interest);
    }
  }

  /** Advances within the page to the next wanted record. */
  Step next() {
    if (open) {
      Step step = resume();
      if (open || step != Step.PAGE && (step != Step.RECORD || wanted)) {
        return step;
      }
    }
    while (position - page < PAGE) {
      int offset = Math.max((int) (position - page), headerSize);
      start = page + offset;
      if (Long.compareUnsigned(start, until) >= 0) {
        return Step.UNTIL;
      }
      if (offset == headerSize && header.continuesRecord()) {
        return stop(
            WalEnd.Reason.BAD_CONTRECORD,
            "page %s continues a record, but the one before it is complete",
            new Lsn(page));
      }
      Step step = begin(offset, pageAt + offset);
      if (step != Step.RECORD || wanted) {
        return step;
      }
    }
    return Step.PAGE;
  }

  private Step begin(int offset, int at) {
    int there = available - offset;
    if (there < Integer.BYTES) {
      return tooShort();
    }
    length = LittleEndian.i32(array, at);
    if (length < HEADER || length > MAX_LENGTH) {
      return wrongLength();
    }
    wanted = true;
    if (there >= HEADER && !headerIsValid(array, at)) {
      return Step.STOP;
    }
    int onPage = PAGE - offset;
    if (there < Math.min(length, onPage)) {
      return tooShort();
    }
    crc.reset();
    if (length > onPage) {
      return beginOpen(at, onPage);
    }
    crc.update(array, at + HEADER, length - HEADER);
    return complete(array, at, start + WalReader.align(length));
  }

  private Step beginOpen(int at, int onPage) {
    if (assembly.length > RETAINED && length <= RETAINED) {
      assembly = new byte[2 * PAGE];
    }
    got = 0;
    open = true;
    return take(at, onPage) ? Step.PAGE : Step.STOP;
  }

  private Step wrongLength() {
    return length == 0
        ? stop(WalEnd.Reason.ZEROS, "zeros at %s", new Lsn(start))
        : stop(
            WalEnd.Reason.INVALID_LENGTH,
            "record at %s of %s bytes",
            new Lsn(start),
            Integer.toUnsignedString(length));
  }

  /** Continues the open record on a new page. */
  private Step resume() {
    if (header.overwritesRecord()) {
      open = false;
      overwritten = start;
      position = page;
      return Step.PAGE;
    }
    int left = length - got;
    problem = RecordRules.notContinued(header, left, start);
    if (problem != null) {
      return Step.STOP;
    }
    int count = Math.min(left, PAGE - headerSize);
    if (available - headerSize < count) {
      return tooShort();
    }
    if (!take(pageAt + headerSize, count)) {
      return Step.STOP;
    }
    if (got < length) {
      return Step.PAGE;
    }
    open = false;
    return complete(assembly, 0, page + headerSize + WalReader.align(count));
  }

  /** Takes the next bytes of the open record; false if they complete an invalid header. */
  private boolean take(int from, int count) {
    int ofHeader = Math.max(0, Math.min(HEADER - got, count));
    int kept = wanted ? count : ofHeader;
    if (kept > 0) {
      reserve(got + kept);
      System.arraycopy(array, from, assembly, got, kept);
    }
    crc.update(array, from + ofHeader, count - ofHeader);
    boolean headerCame = ofHeader > 0 && ofHeader < HEADER && got + ofHeader == HEADER;
    got += count;
    return !headerCame || headerIsValid(assembly, 0);
  }

  private void reserve(int count) {
    if (assembly.length < count) {
      int doubled = (int) Math.min(length, 2L * assembly.length);
      assembly = Arrays.copyOf(assembly, Math.max(doubled, count));
    }
  }

  /** Checks resource manager and link, and decides whether the record is wanted. */
  private boolean headerIsValid(byte[] bytes, int at) {
    int kind = kinds.of(bytes, at);
    if ((kind & RecordDispatch.INVALID) != 0
        || run.lastStart() == NONE
        || LittleEndian.i64(bytes, at + 8) != run.lastStart()) {
      problem = RecordRules.wrongHeader(bytes, at, version, start, run.lastStart());
      if (problem != null) {
        return false;
      }
    }
    wanted = (kind & RecordDispatch.WANTED) != 0 || overwritten != NONE;
    if (wanted && lenient && length > LARGE && overwritten == NONE) {
      wanted = false;
      run.miss();
    }
    return true;
  }

  /** The record is whole, and the checksum of the bytes after its header is known. */
  private Step complete(byte[] bytes, int at, long bytesEnd) {
    crc.update(bytes, at, CRC_AT);
    if ((int) crc.getValue() != LittleEndian.i32(bytes, at + CRC_AT)) {
      problem = RecordRules.wrongChecksum(start);
      return Step.STOP;
    }
    long next = bytesEnd;
    if ((kinds.of(bytes, at) & RecordDispatch.SWITCH) != 0) {
      next = size.floor(new Lsn(bytesEnd - 1)).value() + size.bytes();
    }
    if (wanted && !decode(bytes, at, bytesEnd, next)) {
      return Step.STOP;
    }
    if (run.add(start, next)) {
      run.first(LittleEndian.i64(bytes, at + 8), overwrites());
    }
    position = next;
    return Step.RECORD;
  }

  private boolean decode(byte[] bytes, int at, long bytesEnd, long next) {
    record.set(bytes, at, length, version);
    if (!record.decode()) {
      if (lenient && overwritten == NONE) {
        wanted = false;
        run.miss();
        return true;
      }
      stop(WalEnd.Reason.BAD_RECORD, "record at %s has %s", new Lsn(start), record.problem());
      return false;
    }
    record.place(start, bytesEnd, next);
    if (overwritten != NONE && overwrites() != overwritten) {
      stop(
          WalEnd.Reason.BAD_OVERWRITE,
          "record at %s does not overwrite the one at %s",
          new Lsn(start),
          new Lsn(overwritten));
      return false;
    }
    overwritten = NONE;
    return true;
  }

  /** The start of the record that this one overwrites; 0 if none. */
  private long overwrites() {
    return wanted
            && record.isA(ResourceManager.XLOG, XlogBodyReader.OVERWRITE_CONTRECORD)
            && record.mainDataLength() >= Long.BYTES
        ? record.mainDataLong(0)
        : NONE;
  }

  private Step tooShort() {
    return stop(
        WalEnd.Reason.TRUNCATED_SEGMENT,
        "segment %s ends within the record at %s",
        segmentName,
        new Lsn(start));
  }

  private Step stop(WalEnd.Reason reason, String format, Object... arguments) {
    problem = InvalidWal.of(reason, format, arguments);
    return Step.STOP;
  }

  /** Why decoding stopped. */
  @SuppressWarnings("NullAway") // called only after a refusal
  InvalidWal problem() {
    return problem;
  }

  /** The current record. */
  WalRecord record() {
    return record;
  }

  /** Where the next record can begin. */
  long position() {
    return position;
  }

  /** Where the current or open record begins. */
  long start() {
    return start;
  }

  /** The whole records so far. */
  RecordRun run() {
    return run;
  }

  /** Whether the next record must overwrite another. */
  boolean overwriting() {
    return overwritten != NONE;
  }

  /** Whether a record of the pages so far is incomplete. */
  boolean open() {
    return open;
  }

  /** The part of the open record that has arrived. */
  RecordFragment fragment() {
    int headerBytes = Math.min(got, HEADER);
    int ofHeader = RecordFragment.checksum(assembly, 0, headerBytes);
    int ofAll = Crc32c.join(ofHeader, (int) crc.getValue(), got - headerBytes);
    int kept = wanted && got <= RecordFragment.MAX_KEPT ? got : headerBytes;
    return new RecordFragment(got, ofAll, Arrays.copyOf(assembly, kept));
  }
}
