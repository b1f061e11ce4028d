package dev.walden.wal.index;

import dev.walden.wal.WalSegment;
import dev.walden.wal.record.RecordChain;
import dev.walden.wal.record.RecordFilter;
import dev.walden.wal.record.RecordVisitor;
import dev.walden.wal.record.SegmentObserver;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The outlines of segments that a {@link dev.walden.wal.record.StreamVerifier} passes: each equals
 * the one that a {@link WalOutliner} makes from the segment's bytes. Those of the first segment of
 * a stream, and of other segments that need a scan, are absent.
 *
 * <p>Keeps outlines until they are taken. For use by one thread.
 */
public final class StreamedOutlines implements SegmentObserver {
  private final Map<WalSegment, WalOutline> outlines = new HashMap<>();

  @SuppressWarnings("NullAway.Init") // begin comes first
  private OutlineCollector collector;

  /** Holds nothing yet. */
  public StreamedOutlines() {}

  @Override
  public RecordFilter interest() {
    return OutlineInterest.INSTANCE;
  }

  @Override
  public RecordVisitor begin(WalSegment segment) {
    collector = new OutlineCollector();
    return collector;
  }

  @Override
  public void end(RecordChain chain) {
    outlines.put(chain.firstSegment(), new WalOutline(chain, collector.contents()));
  }

  /** Removes and returns the outline of a segment whose bytes have all arrived, if there is one. */
  public Optional<WalOutline> take(WalSegment segment) {
    return Optional.ofNullable(outlines.remove(segment));
  }

  /** Discards all outlines that were not taken, when a stream ends. */
  public void clear() {
    outlines.clear();
  }
}
