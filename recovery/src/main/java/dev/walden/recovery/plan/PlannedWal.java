package dev.walden.recovery.plan;

import dev.walden.archive.inventory.WalInventory;
import dev.walden.backup.WalRange;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Neighbouring segments whose files are of one timeline.
 *
 * @param range from the start of the first to the end of the last
 * @param storedBytes what the archive's objects take
 */
public record PlannedWal(WalRange range, WalSegmentSize segmentSize, long storedBytes) {

  static PlannedWal of(WalInventory wal, WalRange range) {
    PlannedWal segments = new PlannedWal(range, wal.cluster().segmentSize(), 0);
    long bytes =
        segments.segments().mapToLong(segment -> wal.storedBytes(segment).orElseThrow()).sum();
    return new PlannedWal(range, segments.segmentSize, bytes);
  }

  public WalSegment first() {
    return WalSegment.containing(range.timeline(), range.start(), segmentSize);
  }

  public WalSegment last() {
    return WalSegment.containing(range.timeline(), range.end().plus(-1), segmentSize);
  }

  public long segmentCount() {
    return last().number() - first().number() + 1;
  }

  /** The segments, in order. */
  public Stream<WalSegment> segments() {
    return LongStream.rangeClosed(first().number(), last().number())
        .mapToObj(number -> new WalSegment(range.timeline(), number, segmentSize));
  }
}
