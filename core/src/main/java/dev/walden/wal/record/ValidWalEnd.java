package dev.walden.wal.record;

import dev.walden.ArchiveException;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * Finds where valid WAL ends in one segment. What follows is padding: zeros, or what a recycled
 * file held before. Two copies of a segment that agree up to there are the same WAL.
 *
 * <p>Reads in constant memory and believes nothing: page headers, lengths, links and checksums are
 * all checked, and whatever is wrong is the end.
 *
 * <p>Source: {@code XLogReadRecord} in {@code src/backend/access/transam/xlogreader.c}, {@code
 * src/include/access/xlogrecord.h}.
 */
public final class ValidWalEnd {
  private static final int RECORD_HEADER = 24;
  private static final int CRC_OFFSET = 20;
  private static final int MAX_RECORD = 1020 << 20;
  private static final int SWITCH = 0x40;

  private final InputStream in;
  private final WalSegment segment;
  private final byte[] page = new byte[WalPageHeader.PAGE_SIZE];
  private final ByteBuffer header =
      ByteBuffer.allocate(RECORD_HEADER).order(ByteOrder.LITTLE_ENDIAN);
  private WalPageHeader pageHeader;
  private long pageOffset = -WalPageHeader.PAGE_SIZE;
  private int position = WalPageHeader.PAGE_SIZE;
  private int magic;
  private boolean beyondSegment;

  private ValidWalEnd(InputStream in, WalSegment segment) {
    this.in = in;
    this.segment = segment;
  }

  /**
   * Reads a segment as far as it is valid.
   *
   * @param in the segment's bytes, from the first on; left open
   * @return the offset after the last valid record; the segment's size if a record goes on in the
   *     next one; empty if nothing in it is known to be valid
   */
  public static OptionalLong find(InputStream in, WalSegment segment) throws IOException {
    long end = new ValidWalEnd(in, segment).scan();
    return end > WalPageHeader.LONG ? OptionalLong.of(end) : OptionalLong.empty();
  }

  private long scan() throws IOException {
    if (!nextPage() || !skipContinuation()) {
      return beyondSegment ? segment.size().bytes() : 0;
    }
    long end = offset();
    Lsn previous = null;
    while (true) {
      long start = recordStart();
      if (start < 0) {
        return end;
      }
      Outcome outcome = readRecord(previous);
      if (outcome == Outcome.OVERWRITTEN) {
        previous = null;
        continue;
      }
      if (outcome == Outcome.INVALID) {
        return beyondSegment ? segment.size().bytes() : end;
      }
      align();
      end = offset();
      if (outcome == Outcome.SWITCHED) {
        return end;
      }
      previous = segment.start().plus(start);
    }
  }

  private enum Outcome {
    VALID,
    SWITCHED,
    OVERWRITTEN,
    INVALID
  }

  /** Where the next record starts, or -1 if its page is not there. */
  private long recordStart() throws IOException {
    if (position == page.length && !nextPage()) {
      return -1;
    }
    return offset();
  }

  private Outcome readRecord(Lsn previous) throws IOException {
    int length = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN).getInt(position);
    if (length < RECORD_HEADER || length > MAX_RECORD) {
      return Outcome.INVALID;
    }
    header.clear();
    CRC32C crc = new CRC32C();
    int left = length;
    while (left > 0) {
      if (position == page.length) {
        if (!nextPage()) {
          return Outcome.INVALID;
        }
        if (pageHeader.overwritesRecord() && !pageHeader.continuesRecord()) {
          return Outcome.OVERWRITTEN;
        }
        if (!pageHeader.continuesRecord() || pageHeader.remainingLength() != left) {
          return Outcome.INVALID;
        }
      }
      left -= take(Math.min(left, page.length - position), crc);
    }
    return judge(crc, previous);
  }

  private int take(int count, CRC32C crc) {
    int toHeader = Math.min(count, header.remaining());
    header.put(page, position, toHeader);
    crc.update(page, position + toHeader, count - toHeader);
    position += count;
    return count;
  }

  private Outcome judge(CRC32C crc, Lsn previous) {
    crc.update(header.array(), 0, CRC_OFFSET);
    boolean linked = previous == null || header.getLong(8) == previous.value();
    if ((int) crc.getValue() != header.getInt(CRC_OFFSET) || !linked) {
      return Outcome.INVALID;
    }
    boolean xlog = header.get(17) == 0;
    return xlog && (header.get(16) & 0xF0) == SWITCH ? Outcome.SWITCHED : Outcome.VALID;
  }

  /** Passes the end of a record that began in the segment before. */
  private boolean skipContinuation() throws IOException {
    if (!pageHeader.continuesRecord()) {
      return true;
    }
    long left = pageHeader.remainingLength();
    while (left > page.length - position) {
      left -= page.length - position;
      if (!nextPage() || !pageHeader.continuesRecord() || pageHeader.remainingLength() != left) {
        return false;
      }
    }
    position += (int) left;
    align();
    return true;
  }

  private void align() {
    position = Math.min(page.length, position + 7 & ~7);
  }

  private long offset() {
    return pageOffset + position;
  }

  private boolean nextPage() throws IOException {
    pageOffset += page.length;
    if (pageOffset == segment.size().bytes()) {
      beyondSegment = true;
      return false;
    }
    if (in.readNBytes(page, 0, page.length) < page.length) {
      return false;
    }
    try {
      pageHeader = WalPageHeader.parse(segment.toString(), pageOffset, ByteBuffer.wrap(page));
    } catch (ArchiveException e) {
      return false;
    }
    position = pageHeader.size();
    boolean first = pageOffset == 0;
    magic = first ? pageHeader.magic() : magic;
    return pageHeader.magic() == magic
        && pageHeader.isLong() == first
        && pageHeader.pageAddress().equals(segment.start().plus(pageOffset));
  }
}
