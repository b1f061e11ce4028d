package dev.walden.wal;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * The header of one WAL page. The first page of every segment has a long header, which also
 * identifies the cluster. In a short header, {@code systemIdentifier}, {@code segmentSize} and
 * {@code blockSize} are 0.
 *
 * <p>Source: {@code src/include/access/xlog_internal.h}, {@code XLogReaderValidatePageHeader} in
 * {@code src/backend/access/transam/xlogreader.c}.
 *
 * @param magic identifies the major version, which Walden may not support
 * @param info the flags, as stored
 * @param pageAddress the position of the page's first byte
 * @param remainingLength how many bytes of a record from an earlier page remain, from this page on
 * @param systemIdentifier unsigned
 * @param segmentSize in bytes; in a long header always valid for {@link WalSegmentSize}
 * @param blockSize in bytes; in a long header always {@link #PAGE_SIZE}
 */
public record WalPageHeader(
    int magic,
    int info,
    TimelineId timeline,
    Lsn pageAddress,
    long remainingLength,
    long systemIdentifier,
    int segmentSize,
    int blockSize) {

  /** Bytes of a page, {@code XLOG_BLCKSZ}. */
  public static final int PAGE_SIZE = 8192;

  /** Bytes of a short header. */
  public static final int SHORT = 24;

  /** Bytes of a long header. */
  public static final int LONG = 40;

  private static final int FIRST_IS_CONTRECORD = 0x0001;
  private static final int LONG_HEADER = 0x0002;
  private static final int FIRST_IS_OVERWRITE_CONTRECORD = 0x0008;

  private static final int MAGIC_13 = 0xD106;
  private static final int MAGIC_19 = 0xD120;

  /**
   * Reads the header at the buffer's position. The buffer's byte order is ignored; its position and
   * byte order stay unchanged.
   *
   * @param file where the page is from, for messages
   * @param offset where in {@code file} the page begins, for messages
   * @throws CorruptFileException if it is not a valid header, or is truncated
   * @throws UnsupportedFormatException if a big-endian server wrote it, or one that was built with
   *     another page size
   */
  public static WalPageHeader parse(String file, long offset, ByteBuffer page)
      throws CorruptFileException, UnsupportedFormatException {
    ByteBuffer in = page.slice().order(ByteOrder.LITTLE_ENDIAN);
    need(in, SHORT, file, offset);
    int magic = in.getShort(0) & 0xFFFF;
    checkMagic(magic, file, offset);
    int info = in.getShort(2) & 0xFFFF;
    if ((info & ~knownFlags(magic)) != 0) {
      throw corrupt(file, offset, "unknown flags %04X with page magic %04X", info, magic);
    }
    long timeline = in.getInt(4) & 0xFFFFFFFFL;
    if (timeline == 0) {
      throw corrupt(file, offset, "page of timeline 0");
    }
    Lsn address = new Lsn(in.getLong(8));
    if (address.value() % PAGE_SIZE != 0) {
      throw corrupt(file, offset, "page address %s is not a multiple of %d", address, PAGE_SIZE);
    }
    long remaining = in.getInt(16) & 0xFFFFFFFFL;
    TimelineId id = new TimelineId(timeline);
    if ((info & LONG_HEADER) == 0) {
      return new WalPageHeader(magic, info, id, address, remaining, 0, 0, 0);
    }
    need(in, LONG, file, offset);
    int segmentSize = in.getInt(32);
    int blockSize = in.getInt(36);
    checkSizes(segmentSize, blockSize, address, file, offset);
    return new WalPageHeader(
        magic, info, id, address, remaining, in.getLong(24), segmentSize, blockSize);
  }

  private static void need(ByteBuffer in, int length, String file, long offset)
      throws CorruptFileException {
    if (in.remaining() < length) {
      throw corrupt(
          file, offset, "%d bytes left, but a WAL page header has %d", in.remaining(), length);
    }
  }

  private static void checkMagic(int magic, String file, long offset)
      throws CorruptFileException, UnsupportedFormatException {
    if (!isMagic(magic)) {
      if (isMagic(Short.toUnsignedInt(Short.reverseBytes((short) magic)))) {
        throw new UnsupportedFormatException(
            file + " is WAL of a big-endian server; Walden supports only little-endian servers");
      }
      throw corrupt(file, offset, "not a WAL page: magic number %04X", magic);
    }
  }

  /** Whether any version uses it: all since 7.1 begin with D0, from 9.6 on with D0 or D1. */
  private static boolean isMagic(int magic) {
    return magic >>> 8 == 0xD0 || magic >>> 8 == 0xD1;
  }

  private static int knownFlags(int magic) {
    return magic >= MAGIC_13 && magic < MAGIC_19 ? 0x000F : 0x0007;
  }

  private static void checkSizes(
      int segmentSize, int blockSize, Lsn address, String file, long offset)
      throws CorruptFileException, UnsupportedFormatException {
    if (!WalSegmentSize.isValid(segmentSize)) {
      throw corrupt(file, offset, "no WAL segment has %s bytes", unsigned(segmentSize));
    }
    if (address.value() % segmentSize != 0) {
      throw corrupt(
          file,
          offset,
          "page %s has a long header, but does not begin a segment of %d bytes",
          address,
          segmentSize);
    }
    if (blockSize != PAGE_SIZE) {
      if (Integer.bitCount(blockSize) == 1 && blockSize >= 1024 && blockSize <= 65536) {
        throw new UnsupportedFormatException(
            file + " has WAL pages of " + blockSize + " bytes; Walden supports only " + PAGE_SIZE);
      }
      throw corrupt(file, offset, "no WAL page has %s bytes", unsigned(blockSize));
    }
  }

  private static String unsigned(int value) {
    return Integer.toUnsignedString(value);
  }

  private static CorruptFileException corrupt(
      String file, long offset, String problem, Object... arguments) {
    return new CorruptFileException(file, offset, String.format(Locale.ROOT, problem, arguments));
  }

  /** Whether this is a long header. */
  public boolean isLong() {
    return (info & LONG_HEADER) != 0;
  }

  /** Bytes of this header: {@link #LONG} or {@link #SHORT}. */
  public int size() {
    return isLong() ? LONG : SHORT;
  }

  /** Whether the page's first record began on an earlier page. */
  public boolean continuesRecord() {
    return (info & FIRST_IS_CONTRECORD) != 0;
  }

  /** Whether the page begins after a record that a crash left incomplete for good. */
  public boolean overwritesRecord() {
    // 19 uses another bit for this flag
    return magic < MAGIC_19
        ? magic >= MAGIC_13 && (info & FIRST_IS_OVERWRITE_CONTRECORD) != 0
        : (info & 0x0004) != 0;
  }
}
