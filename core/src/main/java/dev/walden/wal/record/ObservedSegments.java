package dev.walden.wal.record;

import dev.walden.CorruptFileException;
import dev.walden.cluster.PgVersion;
import dev.walden.wal.WalSegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reports the segments that a decoder passes to an observer. */
final class ObservedSegments {
  private final SegmentObserver observer;
  private final RecordDecoder walk;

  @SuppressWarnings("NullAway.Init") // set with the chain
  private WalSegment segment;

  private @Nullable SegmentChain chain;

  @SuppressWarnings("NullAway.Init") // set with the chain
  private RecordVisitor visitor;

  private boolean ordinary;

  ObservedSegments(SegmentObserver observer, RecordDecoder walk) {
    this.observer = observer;
    this.walk = walk;
  }

  /** Decoding reached the start of a segment, maybe within a record. */
  void begin(WalSegment next) {
    segment = next;
    chain = new SegmentChain(next, walk);
    visitor = observer.begin(next);
    ordinary = true;
    walk.run().countFrom(next.start().value());
  }

  /** The header of the next page is valid. */
  void header(PageValidator page) {
    if (chain != null && page.address() == segment.start().value()) {
      chain.begin(page);
    }
  }

  /** A page, of which {@code count} bytes are available, before it is decoded. */
  void page(PageValidator page, byte[] bytes, int at, int count) {
    if (chain != null && chain.isInHead()) {
      chain.takeHead(page, bytes, at, count);
    }
  }

  /** The decoder reached a record. */
  void record() {
    if (chain == null || Long.compareUnsigned(walk.start(), segment.start().value()) < 0) {
      return;
    }
    try {
      visitor.record(walk.record());
    } catch (CorruptFileException | RuntimeException e) {
      // valid as a record, at least; a scan of the segment reports it
      ordinary = false;
    }
  }

  /** The segment's last byte has arrived. */
  void end(PgVersion version) {
    if (chain != null
        && ordinary
        && !walk.run().missed()
        && !walk.overwriting()
        && !chain.isHeadOnly()) {
      try {
        observer.end(chain.chain(version, Optional.empty()));
      } catch (RuntimeException e) {
        // as above
      }
    }
    chain = null;
  }
}
