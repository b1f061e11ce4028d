package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * The pages of WAL, forwards, each checked before it is shown.
 *
 * <p>Source: {@code ReadPageInternal} and {@code XLogReaderValidatePageHeader} in {@code
 * src/backend/access/transam/xlogreader.c}.
 */
final class WalPages implements Closeable {
  static final int PAGE = WalPageHeader.PAGE_SIZE;
  private static final int BUFFER = 16 * PAGE;

  private final WalSource source;
  private final WalSegmentSize size;
  private final LongFunction<TimelineId> timelines;
  private final byte[] buffer = new byte[BUFFER];
  private Long systemIdentifier;
  private PgVersion version;
  private WalSegment segment;
  private String name;
  private InputStream in;
  // where in the segment the buffer begins, how much of it is filled, where in it the page is
  private int bufferOffset;
  private int bufferLength;
  private int pageAt;
  private WalPageHeader header;
  private Stop problem;

  WalPages(
      WalSource source,
      WalSegmentSize size,
      LongFunction<TimelineId> timelines,
      Long systemIdentifier) {
    this.source = source;
    this.size = size;
    this.timelines = timelines;
    this.systemIdentifier = systemIdentifier;
  }

  /**
   * Makes the page at {@code address}, which is not before the current one, the current one. False
   * if it is absent or not what belongs there; {@link #problem} tells why.
   */
  boolean moveTo(long address) throws IOException {
    if (header != null && header.pageAddress().value() == address) {
      return true;
    }
    Lsn lsn = new Lsn(address);
    long number = size.segmentNumber(lsn);
    if (segment == null || segment.number() != number) {
      if (!open(number) || !accept(0, size.startOf(number))) {
        return false;
      }
    }
    int offset = size.offset(lsn);
    return offset == 0 || bring(offset) && accept(offset - bufferOffset, lsn);
  }

  private boolean open(long number) throws IOException {
    close();
    segment = new WalSegment(timelines.apply(number), number, size);
    name = segment.toString();
    Optional<InputStream> opened = source.open(segment);
    if (opened.isEmpty()) {
      return refuse(WalEnd.Reason.MISSING_SEGMENT, "segment %s is absent", name);
    }
    in = opened.get();
    bufferOffset = 0;
    bufferLength = in.readNBytes(buffer, 0, BUFFER);
    return bufferLength > 0 || truncated(0);
  }

  /** Fills the buffer so that the page at {@code offset} is in it. */
  private boolean bring(int offset) throws IOException {
    int behind = bufferOffset + bufferLength;
    if (offset < behind) {
      return true;
    }
    if (bufferLength < BUFFER || !skip(offset - behind)) {
      return truncated(offset);
    }
    bufferOffset = offset;
    bufferLength = in.readNBytes(buffer, 0, Math.min(BUFFER, size.bytes() - offset));
    return bufferLength > 0 || truncated(offset);
  }

  private boolean skip(long count) throws IOException {
    long left = count;
    while (left > 0) {
      long skipped = in.skip(left);
      if (skipped == 0 && in.read() < 0) {
        return false;
      }
      left -= skipped == 0 ? 1 : skipped;
    }
    return true;
  }

  private boolean truncated(int offset) {
    return refuse(
        WalEnd.Reason.TRUNCATED_SEGMENT, "segment %s ends before offset %d", name, offset);
  }

  /** Checks the page at {@code at} of the buffer and makes it the current one. */
  private boolean accept(int at, Lsn address) throws UnsupportedFormatException {
    WalPageHeader page;
    int count = Math.min(PAGE, bufferLength - at);
    if (count < (size.offset(address) == 0 ? WalPageHeader.LONG : WalPageHeader.SHORT)) {
      return truncated(size.offset(address) + count + 1);
    }
    try {
      page = WalPageHeader.parse(name, size.offset(address), ByteBuffer.wrap(buffer, at, count));
    } catch (CorruptFileException e) {
      return isZero(at, count)
          ? refuse(WalEnd.Reason.ZEROS, "page %s of segment %s is zeros", address, name)
          : refuse(WalEnd.Reason.BAD_PAGE, "%s", e.getMessage());
    } catch (UnsupportedFormatException e) {
      if (version == null) {
        throw e;
      }
      return refuse(WalEnd.Reason.BAD_PAGE, "%s", e.getMessage());
    }
    if (version == null) {
      version = PgVersion.ofWalMagic(page.magic());
    }
    return checkPlace(page, address) && checkCluster(page) && checkTimeline(page, at);
  }

  private boolean isZero(int at, int count) {
    for (int i = at; i < at + Math.min(count, WalPageHeader.SHORT); i++) {
      if (buffer[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean checkPlace(WalPageHeader page, Lsn address) {
    if (page.magic() != version.walMagic()) {
      return bad(address, "magic number %04X is not that of %s", page.magic(), version);
    }
    if (!page.pageAddress().equals(address)) {
      return bad(address, "its header says %s", page.pageAddress());
    }
    boolean first = size.offset(address) == 0;
    return page.isLong() == first || bad(address, "long header: %s", page.isLong());
  }

  private boolean checkCluster(WalPageHeader page) {
    if (!page.isLong()) {
      return true;
    }
    if (page.segmentSize() != size.bytes()) {
      return bad(page.pageAddress(), "segments of %d bytes", page.segmentSize());
    }
    if (systemIdentifier != null && systemIdentifier != page.systemIdentifier()) {
      return bad(
          page.pageAddress(),
          "system identifier %s, expected %s",
          Long.toUnsignedString(page.systemIdentifier()),
          Long.toUnsignedString(systemIdentifier));
    }
    systemIdentifier = page.systemIdentifier();
    return true;
  }

  private boolean checkTimeline(WalPageHeader page, int at) {
    if (header != null && page.timeline().compareTo(header.timeline()) < 0) {
      return bad(
          page.pageAddress(), "timeline %s after timeline %s", page.timeline(), header.timeline());
    }
    if (page.timeline().compareTo(segment.timeline()) > 0) {
      return bad(page.pageAddress(), "timeline %s in segment %s", page.timeline(), name);
    }
    header = page;
    pageAt = at;
    return true;
  }

  private boolean bad(Lsn address, String format, Object... arguments) {
    Stop stop = Stop.of(WalEnd.Reason.BAD_PAGE, format, arguments);
    return refuse(stop.reason(), "page %s of segment %s: %s", address, name, stop.detail());
  }

  private boolean refuse(WalEnd.Reason reason, String format, Object... arguments) {
    problem = Stop.of(reason, format, arguments);
    return false;
  }

  /** Whether the segment after the last one asked for is there, and begins as it should. */
  boolean nextSegmentFollows() throws IOException {
    if (segment == null || version == null || segment.end().value() == 0) {
      return false;
    }
    long number = segment.number() + 1;
    WalSegment next = new WalSegment(timelines.apply(number), number, size);
    Optional<InputStream> opened = source.open(next);
    if (opened.isEmpty()) {
      return false;
    }
    byte[] bytes;
    try (InputStream first = opened.get()) {
      bytes = first.readNBytes(WalPageHeader.LONG);
    }
    try {
      WalPageHeader page = WalPageHeader.parse(next.toString(), 0, ByteBuffer.wrap(bytes));
      return page.magic() == version.walMagic() && page.pageAddress().equals(next.start());
    } catch (CorruptFileException | UnsupportedFormatException e) {
      return false;
    }
  }

  Stop problem() {
    return problem;
  }

  PgVersion version() {
    return version;
  }

  WalPageHeader header() {
    return header;
  }

  /** The array that holds the current page, until the next move. */
  byte[] buffer() {
    return buffer;
  }

  /** Where in the array the current page begins. */
  int pageAt() {
    return pageAt;
  }

  /** Bytes of the current page that there are: fewer than a page at the end of a torn segment. */
  int available() {
    return Math.min(PAGE, bufferLength - pageAt);
  }

  String segmentName() {
    return name;
  }

  @Override
  public void close() throws IOException {
    InputStream open = in;
    in = null;
    if (open != null) {
      open.close();
    }
  }
}
