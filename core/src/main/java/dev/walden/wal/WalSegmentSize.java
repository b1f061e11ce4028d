package dev.walden.wal;

import java.util.Locale;

/**
 * The size of every WAL segment of a cluster: a power of two from 1 MiB to 1 GiB, set by {@code
 * initdb --wal-segsize}, 16 MiB by default.
 *
 * <p>Source: {@code src/include/access/xlog_internal.h}.
 */
public record WalSegmentSize(int bytes) {
  public static final WalSegmentSize DEFAULT = ofMegabytes(16);

  private static final int MIN = 1 << 20;
  private static final int MAX = 1 << 30;

  public WalSegmentSize {
    if (!isValid(bytes)) {
      throw new IllegalArgumentException(
          "not a WAL segment size: " + bytes + " bytes (a power of two from 1 MiB to 1 GiB)");
    }
  }

  public static WalSegmentSize ofMegabytes(int megabytes) {
    return new WalSegmentSize(Math.multiplyExact(megabytes, 1 << 20));
  }

  /** Whether a cluster can have segments of this many bytes. */
  public static boolean isValid(long bytes) {
    return bytes >= MIN && bytes <= MAX && Long.bitCount(bytes) == 1;
  }

  /** The number of the segment that holds the byte at {@code lsn}. */
  public long segmentNumber(Lsn lsn) {
    return lsn.value() >>> Long.numberOfTrailingZeros(bytes);
  }

  /** The number of the segment that holds the byte before {@code end}, an end position. */
  public long segmentNumberBefore(Lsn end) {
    return segmentNumber(end.plus(-1));
  }

  /** The position of the first byte of a segment. */
  public Lsn startOf(long segmentNumber) {
    return new Lsn(segmentNumber << Long.numberOfTrailingZeros(bytes));
  }

  /** The start of the segment that holds the byte at {@code lsn}. */
  public Lsn floor(Lsn lsn) {
    return new Lsn(lsn.value() & -(long) bytes);
  }

  /** The offset of {@code lsn} within its segment, in bytes. */
  public int offset(Lsn lsn) {
    return (int) (lsn.value() & (bytes - 1));
  }

  /** Segments in the 4 GiB that share the middle eight digits of their names. */
  public long segmentsPerLogFile() {
    return (1L << 32) >>> Integer.numberOfTrailingZeros(bytes);
  }

  /** As {@code SHOW wal_segment_size} prints it: {@code 16MB}, {@code 1GB}. */
  @Override
  public String toString() {
    int megabytes = bytes >>> 20;
    return megabytes == 1024 ? "1GB" : String.format(Locale.ROOT, "%dMB", megabytes);
  }

  /**
   * Reads what {@code SHOW wal_segment_size} prints.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static WalSegmentSize parse(String text) {
    for (int shift = 20; shift <= 30; shift++) {
      WalSegmentSize size = new WalSegmentSize(1 << shift);
      if (size.toString().equals(text)) {
        return size;
      }
    }
    throw new IllegalArgumentException("not a WAL segment size: \"" + text + "\"");
  }
}
