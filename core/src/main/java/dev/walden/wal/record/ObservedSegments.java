package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.WalSegment;
import java.util.Optional;

/** Tells an observer of the segments that a walk goes through, one after the other. */
final class ObservedSegments {
  private final SegmentObserver observer;
  private final RecordDecoder walk;
  private WalSegment segment;
  private SegmentChain chain;
  private RecordVisitor visitor;
  private boolean ordinary;

  ObservedSegments(SegmentObserver observer, RecordDecoder walk) {
    this.observer = observer;
    this.walk = walk;
  }

  /** The walk is at the start of a segment, or within a record that goes on there. */
  void begin(WalSegment next) {
    segment = next;
    chain = new SegmentChain(next, walk);
    visitor = observer.begin(next);
    ordinary = true;
    walk.countFrom(next.start().value());
  }

  /** The header of the next page was found right. */
  void header(PageValidator page) {
    if (chain != null && page.address() == segment.start().value()) {
      chain.begin(page);
    }
  }

  /** A page, of which so many bytes are there, before the walk goes through it. */
  void page(PageValidator page, byte[] bytes, int at, int count) {
    if (chain != null && chain.isInHead()) {
      chain.takeHead(page, bytes, at, count);
    }
  }

  /** The walk came to a record. */
  void record() {
    if (chain == null || Long.compareUnsigned(walk.start(), segment.start().value()) < 0) {
      return;
    }
    try {
      visitor.record(walk.record());
    } catch (CorruptFileException | RuntimeException e) {
      // valid as a record, at least; whoever scans the segment is told
      ordinary = false;
    }
  }

  /** The segment's last byte has arrived. */
  void end(PgVersion version) {
    if (chain != null && ordinary && !walk.missed() && !walk.overwriting() && !chain.isHeadOnly()) {
      try {
        observer.end(chain.chain(version, Optional.empty()));
      } catch (RuntimeException e) {
        // as above
      }
    }
    chain = null;
  }
}
