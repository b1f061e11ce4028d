package dev.walden.wal.index;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.WalSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** WAL of PostgreSQL 17 as a server would write it, with records that a test chooses. */
final class WrittenWal implements WalSource {
  static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);

  private static final int PAGE = 8192;
  private static final int MAGIC_17 = 0xD116;
  private static final long FIRST = 3;

  private final List<byte[]> segments = new ArrayList<>();
  private long position = FIRST * SIZE.bytes();
  private long previous;

  /** Appends a record and returns where it begins. */
  Lsn append(int manager, int info, long xid, byte[] mainData) {
    return write(record(manager, info, xid, mainData), Integer.MAX_VALUE);
  }

  /** A commit with the right checksum and main data that reaches beyond its end. */
  void appendWithoutValidParts() {
    byte[] record = record(1, 0, 7, new byte[8]);
    record[25] = 99;
    write(record, Integer.MAX_VALUE);
  }

  /** A record of the resource manager XLOG that means nothing, so that others lie elsewhere. */
  void fill(int bytes) {
    append(0, 0x20, 0, new byte[bytes]);
  }

  /** Fills up to so many bytes before the next segment's end. */
  void fillUpTo(int bytesBeforeEnd) {
    int left = SIZE.bytes() - (int) (position & SIZE.bytes() - 1) - bytesBeforeEnd;
    int pages = left / PAGE + 1;
    int size = left - 24 * pages - 64;
    if (size > 0) {
      fill(size);
    }
    while (SIZE.bytes() - (position & SIZE.bytes() - 1) > bytesBeforeEnd + 32) {
      append(0, 0x20, 0, new byte[0]);
    }
  }

  /** Ends the segment, as {@code pg_switch_wal} does. */
  void switchSegment() {
    append(0, 0x40, 0, new byte[0]);
    position = position + SIZE.bytes() - 1 & -(long) SIZE.bytes();
  }

  /** The next record names none before it, as after {@code pg_resetwal}. */
  void reset() {
    previous = 0;
  }

  /**
   * A record of which a crash loses what is not on its first pages, and the one after the crash.
   */
  void overwritten(int manager, int info, byte[] mainData, int pages) {
    long before = previous;
    Lsn lost = write(record(manager, info, 7, mainData), pages);
    previous = before;
    ByteBuffer body = little(16).putLong(lost.value()).putLong(123456);
    append(0, 0xD0, 0, body.array());
  }

  private static byte[] record(int manager, int info, long xid, byte[] mainData) {
    int parts = mainData.length == 0 ? 0 : mainData.length < 256 ? 2 : 5;
    ByteBuffer out = little(24 + parts + mainData.length);
    out.putInt(out.capacity()).putInt((int) xid).putLong(0);
    out.put((byte) info).put((byte) manager).putShort((short) 0).putInt(0);
    if (parts == 2) {
      out.put((byte) 255).put((byte) mainData.length);
    } else if (parts == 5) {
      out.put((byte) 254).putInt(mainData.length);
    }
    return out.put(mainData).array();
  }

  private Lsn write(byte[] record, int pages) {
    if (position % PAGE == 0) {
      header(0, false);
    }
    long start = position;
    ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putLong(8, previous);
    CRC32C crc = new CRC32C();
    crc.update(record, 24, record.length - 24);
    crc.update(record, 0, 20);
    ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(20, (int) crc.getValue());
    previous = start;
    int done = 0;
    for (int page = 1; ; page++) {
      int count = Math.min(record.length - done, PAGE - (int) (position % PAGE));
      bytes(count).put(record, done, count);
      done += count;
      position += count;
      if (done == record.length) {
        position = position + 7 & -8L;
        return new Lsn(start);
      }
      if (page == pages) {
        header(0, true);
        return new Lsn(start);
      }
      header(record.length - done, false);
    }
  }

  private void header(int remaining, boolean overwrites) {
    boolean first = (position & SIZE.bytes() - 1) == 0;
    int info = (remaining > 0 ? 1 : 0) | (first ? 2 : 0) | (overwrites ? 8 : 0);
    ByteBuffer out = bytes(first ? 40 : 24);
    out.putShort((short) MAGIC_17).putShort((short) info).putInt(1).putLong(position);
    out.putInt(remaining).putInt(0);
    if (first) {
      out.putLong(4711).putInt(SIZE.bytes()).putInt(PAGE);
    }
    position += first ? 40 : 24;
  }

  private ByteBuffer bytes(int count) {
    int index = (int) (position / SIZE.bytes() - FIRST);
    while (segments.size() <= index) {
      segments.add(new byte[SIZE.bytes()]);
    }
    int offset = (int) (position & SIZE.bytes() - 1);
    return ByteBuffer.wrap(segments.get(index), offset, count).order(ByteOrder.LITTLE_ENDIAN);
  }

  static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The segments, the last of which ends with zeros. */
  List<byte[]> segments() {
    return segments;
  }

  static WalSegment segment(int index) {
    return new WalSegment(TimelineId.FIRST, FIRST + index, SIZE);
  }

  static Lsn start() {
    return SIZE.startOf(FIRST);
  }

  @Override
  public Optional<InputStream> open(WalSegment segment) {
    long index = segment.number() - FIRST;
    return index < 0 || index >= segments.size()
        ? Optional.empty()
        : Optional.of(new ByteArrayInputStream(segments.get((int) index)));
  }

  /** One outline for each segment. */
  List<WalOutline> outlines() throws IOException {
    List<WalOutline> outlines = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      outlines.add(WalOutliner.outline(segment(i), new ByteArrayInputStream(segments.get(i))));
    }
    return outlines;
  }
}
