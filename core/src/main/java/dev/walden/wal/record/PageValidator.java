package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Checks that consecutive pages belong where they are.
 *
 * <p>Source: {@code XLogReaderValidatePageHeader} in {@code
 * src/backend/access/transam/xlogreader.c}.
 */
final class PageValidator {
  private static final int FIRST_IS_CONTRECORD = 0x0001;
  private static final int LONG_HEADER = 0x0002;
  private static final int BKP_REMOVABLE = 0x0004;
  // offsets in the first eight bytes of a header
  private static final long USUAL_FLAGS = (long) (FIRST_IS_CONTRECORD | BKP_REMOVABLE) << 16;

  private final WalSegmentSize size;
  private @Nullable Long systemIdentifier;

  @SuppressWarnings("NullAway.Init") // of the first page, which comes first
  private PgVersion version;

  @SuppressWarnings("NullAway.Init") // enter comes first
  private WalSegment segment;

  @SuppressWarnings("NullAway.Init") // enter comes first
  private String name;

  // of the last page accepted
  private long start;
  private long address;
  private long remainingLength;
  private int headerSize;
  private boolean accepted;
  private boolean continues;
  private boolean overwrites;
  private @Nullable TimelineId timeline;
  private @Nullable InvalidWal problem;

  /** If the identifier is null, the first page sets the cluster. */
  PageValidator(WalSegmentSize size, @Nullable Long systemIdentifier) {
    this.size = size;
    this.systemIdentifier = systemIdentifier;
  }

  /** Expects the pages of a cluster. */
  PageValidator(ClusterIdentity cluster) {
    this(cluster.segmentSize(), cluster.systemIdentifier().value());
    version = cluster.version();
  }

  /** The segment of the next pages. */
  void enter(WalSegment wanted) {
    segment = wanted;
    name = wanted.toString();
  }

  /** Whether {@code count} bytes of the page at a position include its header. */
  boolean isHeaderThere(byte[] bytes, int at, int count, long lsn) {
    if (count < WalPageHeader.SHORT) {
      return false;
    }
    boolean isLong =
        (lsn & size.bytes() - 1) == 0 || (LittleEndian.u16(bytes, at + 2) & LONG_HEADER) != 0;
    return !isLong || count >= WalPageHeader.LONG;
  }

  /** Checks the page at a position, of which {@code count} bytes are available. */
  boolean accepts(byte[] bytes, int at, int count, long lsn) throws UnsupportedFormatException {
    if (isNext(bytes, at, count, lsn)) {
      continues = (LittleEndian.u16(bytes, at + 2) & FIRST_IS_CONTRECORD) != 0;
      overwrites = false;
      remainingLength = LittleEndian.u32(bytes, at + 16);
      headerSize = WalPageHeader.SHORT;
      address = lsn;
      return true;
    }
    return accepts(bytes, at, count, new Lsn(lsn));
  }

  /** Whether the header equals the last page's, except for the fields that differ by page. */
  private boolean isNext(byte[] bytes, int at, int count, long lsn) {
    return accepted
        && count >= WalPageHeader.SHORT
        && (lsn & size.bytes() - 1) != 0
        && (LittleEndian.i64(bytes, at) & ~USUAL_FLAGS) == start
        && LittleEndian.i64(bytes, at + 8) == lsn;
  }

  private boolean accepts(byte[] bytes, int at, int count, Lsn address)
      throws UnsupportedFormatException {
    if (count < (size.offset(address) == 0 ? WalPageHeader.LONG : WalPageHeader.SHORT)) {
      return truncated(size.offset(address) + count + 1);
    }
    WalPageHeader page;
    try {
      page = WalPageHeader.parse(name, size.offset(address), ByteBuffer.wrap(bytes, at, count));
    } catch (CorruptFileException e) {
      return isZero(bytes, at)
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
    return placeIsRight(page, address) && clusterIsRight(page) && timelineIsRight(page);
  }

  boolean truncated(int offset) {
    return refuse(
        WalEnd.Reason.TRUNCATED_SEGMENT, "segment %s ends before offset %d", name, offset);
  }

  private static boolean isZero(byte[] bytes, int at) {
    for (int i = at; i < at + WalPageHeader.SHORT; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean placeIsRight(WalPageHeader page, Lsn address) {
    if (page.magic() != version.walMagic()) {
      return bad(address, "magic number %04X is not that of %s", page.magic(), version);
    }
    if (page.pageAddress().value() != address.value()) {
      return bad(address, "unexpected page address %s", page.pageAddress());
    }
    boolean first = size.offset(address) == 0;
    return page.isLong() == first || bad(address, "long header: %s", page.isLong());
  }

  private boolean clusterIsRight(WalPageHeader page) {
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

  private boolean timelineIsRight(WalPageHeader page) {
    if (timeline != null && page.timeline().compareTo(timeline) < 0) {
      return bad(page.pageAddress(), "timeline %s after timeline %s", page.timeline(), timeline);
    }
    if (page.timeline().compareTo(segment.timeline()) > 0) {
      return bad(page.pageAddress(), "timeline %s in segment %s", page.timeline(), name);
    }
    keep(page);
    return true;
  }

  private void keep(WalPageHeader page) {
    accepted = true;
    start = page.timeline().value() << 32 | page.magic();
    address = page.pageAddress().value();
    continues = page.continuesRecord();
    overwrites = page.overwritesRecord();
    remainingLength = page.remainingLength();
    headerSize = page.size();
    timeline = page.timeline();
  }

  private boolean bad(Lsn address, String format, Object... arguments) {
    InvalidWal stop = InvalidWal.of(WalEnd.Reason.BAD_PAGE, format, arguments);
    return refuse(stop.reason(), "page %s of segment %s: %s", address, name, stop.detail());
  }

  private boolean refuse(WalEnd.Reason reason, String format, Object... arguments) {
    problem = InvalidWal.of(reason, format, arguments);
    return false;
  }

  /** Why the last page was not accepted. */
  @SuppressWarnings("NullAway") // called only after a refusal
  InvalidWal problem() {
    return problem;
  }

  /** The version of the first page accepted. */
  PgVersion version() {
    return version;
  }

  /** Whether a page was accepted; if so, the following describes the last one. */
  boolean accepted() {
    return accepted;
  }

  /** Where the page is. */
  long address() {
    return address;
  }

  /** Bytes of its header. */
  int headerSize() {
    return headerSize;
  }

  /** Whether its first record began on an earlier page. */
  boolean continuesRecord() {
    return continues;
  }

  /** Bytes of that record that remain. */
  long remainingLength() {
    return remainingLength;
  }

  /** Whether it begins after a record that never completes. */
  boolean overwritesRecord() {
    return overwrites;
  }

  String segmentName() {
    return name;
  }
}
