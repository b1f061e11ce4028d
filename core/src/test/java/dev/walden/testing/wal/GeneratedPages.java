package dev.walden.testing.wal;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Writes records to pages and pages to segments, one after the other.
 *
 * <p>Source: {@code CopyXLogRecordToWAL} and {@code AdvanceXLInsertBuffer} in {@code
 * src/backend/access/transam/xlog.c}; {@code src/include/access/xlog_internal.h}.
 */
final class GeneratedPages {
  private static final int PAGE = WalPageHeader.PAGE_SIZE;
  private static final int FIRST_IS_CONTRECORD = 0x0001;
  private static final int LONG_HEADER = 0x0002;
  private static final int BKP_REMOVABLE = 0x0004;
  private static final byte[] ZEROS = new byte[PAGE];

  private final ClusterIdentity cluster;
  private final TimelineId timeline;
  private final NavigableMap<Long, GeneratedSegment> segments = new TreeMap<>();
  private Lsn position;
  private Lsn previous;
  private boolean inBackup;

  /** Begins at the start of a segment. */
  GeneratedPages(ClusterIdentity cluster, TimelineId timeline, Lsn position, Lsn previous) {
    this.cluster = cluster;
    this.timeline = timeline;
    this.position = position;
    this.previous = previous;
  }

  /** Begins after a record, in the middle of a segment whose beginning is copied. */
  GeneratedPages(ClusterIdentity cluster, GeneratedSegment beginning, Lsn position, Lsn previous) {
    this(cluster, beginning.segment().timeline(), position, previous);
    segments.put(beginning.segment().number(), beginning);
  }

  /** Pages of another timeline that continue after one of these records. */
  GeneratedPages fork(TimelineId child, GeneratedRecord last) {
    Lsn end = last.endLsn();
    int offset = cluster.segmentSize().offset(end);
    if (offset == 0) {
      return new GeneratedPages(cluster, child, end, last.lsn());
    }
    WalSegment first = WalSegment.containing(child, end, cluster.segmentSize());
    GeneratedSegment beginning = segments.get(first.number()).beginning(first, offset);
    return new GeneratedPages(cluster, beginning, end, last.lsn());
  }

  NavigableMap<Long, GeneratedSegment> segments() {
    return segments;
  }

  TimelineId timeline() {
    return timeline;
  }

  /** Where the last record ends. */
  Lsn position() {
    return position;
  }

  /** Where the last record begins. */
  Lsn previous() {
    return previous;
  }

  /** Where the next record will begin. */
  Lsn nextStart() {
    return position.plus(offset(PAGE) == 0 ? headerSize() : 0);
  }

  void inBackup(boolean running) {
    inBackup = running;
  }

  GeneratedRecord append(RecordDraft draft) {
    long left = draft.length();
    Lsn start = nextStart();
    byte[] bytes = draft.bytes(previous);
    if (!start.equals(position)) {
      beginPage(0);
    }
    for (int at = 0; at < bytes.length; ) {
      int n = put(bytes, at, bytes.length - at, left);
      at += n;
      left -= n;
    }
    while (left > 0) {
      left -= put(ZEROS, 0, (int) Math.min(left, PAGE), left);
    }
    position = position.plus(-position.value() & 7);
    previous = start;
    return new GeneratedRecord(timeline, start, position);
  }

  /** Writes a part of a record that fits on one page. */
  private int put(byte[] bytes, int from, int count, long left) {
    if (offset(PAGE) == 0) {
      beginPage(left);
    }
    int n = Math.min(count, PAGE - offset(PAGE));
    segments
        .get(cluster.segmentSize().segmentNumber(position))
        .put(cluster.segmentSize().offset(position), bytes, from, n);
    position = position.plus(n);
    return n;
  }

  /** Leaves the rest of the segment as it is: zeros. */
  void skipSegment() {
    position = cluster.segmentSize().floor(position.plus(-1)).plus(cluster.segmentSize().bytes());
  }

  private void beginPage(long left) {
    boolean first = offset(cluster.segmentSize().bytes()) == 0;
    int info =
        (left > 0 ? FIRST_IS_CONTRECORD : 0)
            | (first ? LONG_HEADER : 0)
            | (inBackup ? 0 : BKP_REMOVABLE);
    Body header =
        new Body()
            .u16(cluster.version().walMagic())
            .u16(info)
            .timeline(timeline)
            .lsn(position)
            .u32(left)
            .zeros(4);
    if (first) {
      header.i64(cluster.systemIdentifier().value()).u32(cluster.segmentSize().bytes()).u32(PAGE);
    }
    WalSegment segment = WalSegment.containing(timeline, position, cluster.segmentSize());
    segments
        .computeIfAbsent(segment.number(), number -> new GeneratedSegment(segment))
        .put(cluster.segmentSize().offset(position), header.toBytes(), 0, header.length());
    position = position.plus(header.length());
  }

  private int headerSize() {
    return offset(cluster.segmentSize().bytes()) == 0 ? WalPageHeader.LONG : WalPageHeader.SHORT;
  }

  private int offset(int unit) {
    return (int) (position.value() & (unit - 1));
  }
}
