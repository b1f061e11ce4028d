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
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pages of WAL forwards, each checked before it is shown.
 *
 * <p>Source: {@code ReadPageInternal} in {@code src/backend/access/transam/xlogreader.c}.
 */
final class WalPageReader implements Closeable {
  static final int PAGE = WalPageHeader.PAGE_SIZE;
  private static final int BUFFER = 16 * PAGE;

  private final WalSource source;
  private final WalSegmentSize size;
  private final LongFunction<TimelineId> timelines;
  private final PageValidator check;
  private final byte[] buffer = new byte[BUFFER];

  @SuppressWarnings("NullAway.Init") // moveTo comes first
  private WalSegment segment;

  private @Nullable InputStream in;
  // the buffer's offset in the segment, its filled length, the page's offset in the buffer
  private int bufferOffset;
  private int bufferLength;
  private int pageAt;
  private @Nullable InvalidWal problem;

  WalPageReader(
      WalSource source,
      WalSegmentSize size,
      LongFunction<TimelineId> timelines,
      @Nullable Long systemIdentifier) {
    this.source = source;
    this.size = size;
    this.timelines = timelines;
    this.check = new PageValidator(size, systemIdentifier);
  }

  /**
   * Moves to the page at {@code address}, which is not before the current one. False if it is
   * absent or does not belong there; {@link #problem} says why.
   */
  boolean moveTo(long address) throws IOException {
    if (check.accepted() && check.address() == address) {
      return true;
    }
    long number = size.segmentNumber(new Lsn(address));
    if (segment == null || segment.number() != number) {
      if (!open(number) || !accept(0, segment.start().value())) {
        return false;
      }
    }
    int offset = (int) (address & size.bytes() - 1);
    return offset == 0 || bring(offset) && accept(offset - bufferOffset, address);
  }

  private boolean open(long number) throws IOException {
    close();
    segment = new WalSegment(timelines.apply(number), number, size);
    check.enter(segment);
    Optional<InputStream> opened = source.open(segment);
    if (opened.isEmpty()) {
      problem = InvalidWal.of(WalEnd.Reason.MISSING_SEGMENT, "segment %s is absent", segmentName());
      return false;
    }
    in = opened.get();
    bufferOffset = 0;
    bufferLength = in.readNBytes(buffer, 0, BUFFER);
    return bufferLength > 0 || truncated(0);
  }

  /** Fills the buffer with the page at {@code offset}. */
  private boolean bring(int offset) throws IOException {
    int bufferEnd = bufferOffset + bufferLength;
    if (offset < bufferEnd) {
      return true;
    }
    if (bufferLength < BUFFER || !skip(offset - bufferEnd)) {
      return truncated(offset);
    }
    bufferOffset = offset;
    bufferLength =
        Objects.requireNonNull(in).readNBytes(buffer, 0, Math.min(BUFFER, size.bytes() - offset));
    return bufferLength > 0 || truncated(offset);
  }

  private boolean skip(long count) throws IOException {
    long left = count;
    while (left > 0) {
      long skipped = Objects.requireNonNull(in).skip(left);
      if (skipped == 0 && in.read() < 0) {
        return false;
      }
      left -= skipped == 0 ? 1 : skipped;
    }
    return true;
  }

  private boolean truncated(int offset) {
    return checked(check.truncated(offset));
  }

  private boolean accept(int at, long address) throws UnsupportedFormatException {
    int count = Math.min(PAGE, bufferLength - at);
    pageAt = at;
    return checked(check.accepts(buffer, at, count, address));
  }

  private boolean checked(boolean accepted) {
    problem = accepted ? null : check.problem();
    return accepted;
  }

  /** Whether the segment after the last requested one exists and begins as it should. */
  boolean nextSegmentFollows() throws IOException {
    if (segment == null || version() == null || segment.end().value() == 0) {
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
      return page.magic() == version().walMagic() && page.pageAddress().equals(next.start());
    } catch (CorruptFileException | UnsupportedFormatException e) {
      return false;
    }
  }

  @SuppressWarnings("NullAway") // called only after a refusal
  InvalidWal problem() {
    return problem;
  }

  private PgVersion version() {
    return check.version();
  }

  /** The header of the current page. */
  PageValidator current() {
    return check;
  }

  /** Hands the current page, which stays in place until the next move, to a decoder. */
  void show(RecordDecoder walk) {
    walk.page(buffer, pageAt, available(), check);
  }

  /** The available bytes of the current page: fewer than a page at the end of a torn segment. */
  int available() {
    return Math.min(PAGE, bufferLength - pageAt);
  }

  String segmentName() {
    return check.segmentName();
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
