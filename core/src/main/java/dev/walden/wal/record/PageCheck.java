package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.ByteBuffer;

/**
 * Whether pages, one after the other, are what belongs in their places.
 *
 * <p>Source: {@code XLogReaderValidatePageHeader} in {@code
 * src/backend/access/transam/xlogreader.c}.
 */
final class PageCheck {
  private final WalSegmentSize size;
  private Long systemIdentifier;
  private PgVersion version;
  private WalSegment segment;
  private String name;
  private WalPageHeader header;
  private Stop problem;

  /** Expects the cluster of the first page if the identifier is null. */
  PageCheck(WalSegmentSize size, Long systemIdentifier) {
    this.size = size;
    this.systemIdentifier = systemIdentifier;
  }

  /** The segment whose pages come now. */
  void enter(WalSegment wanted) {
    segment = wanted;
    name = wanted.toString();
  }

  /** Checks {@code count} bytes that are there of the page of {@code address}. */
  boolean accepts(byte[] bytes, int at, int count, Lsn address) throws UnsupportedFormatException {
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
      return bad(address, "its header says %s", page.pageAddress());
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
    if (header != null && page.timeline().compareTo(header.timeline()) < 0) {
      return bad(
          page.pageAddress(), "timeline %s after timeline %s", page.timeline(), header.timeline());
    }
    if (page.timeline().compareTo(segment.timeline()) > 0) {
      return bad(page.pageAddress(), "timeline %s in segment %s", page.timeline(), name);
    }
    header = page;
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

  /** Why the last page was not accepted. */
  Stop problem() {
    return problem;
  }

  /** That of the first page accepted. */
  PgVersion version() {
    return version;
  }

  /** That of the last page accepted. */
  WalPageHeader header() {
    return header;
  }

  String segmentName() {
    return name;
  }
}
