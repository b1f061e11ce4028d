package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;

/**
 * Receives the content of the segments that a {@link StreamVerifier} passes: the same that a {@link
 * SegmentScan} of each would report, or nothing. There is nothing for the first segment, for one
 * that holds only the end of an earlier record, and for one with wanted records that are larger
 * than 1 MiB or invalid in themselves: those need a scan. Exceptions from the visitor or {@link
 * #end} do not stop verification.
 */
public interface SegmentObserver {
  /** Observes nothing. */
  Nobody NONE = new Nobody();

  /** The wanted records. */
  RecordFilter interest();

  /** Returns the visitor for a segment that begins now and may not be completed. */
  RecordVisitor begin(WalSegment segment);

  /**
   * All bytes of the current segment have arrived. A record that continues after it is not verified
   * yet.
   */
  void end(RecordChain chain);

  /** {@link #NONE}. */
  final class Nobody implements SegmentObserver, RecordVisitor {
    private Nobody() {}

    @Override
    public RecordFilter interest() {
      return (manager, info) -> false;
    }

    @Override
    public RecordVisitor begin(WalSegment segment) {
      return this;
    }

    @Override
    public void record(WalRecord record) {}

    @Override
    public void missed(Lsn lsn, Lsn endLsn) {}

    @Override
    public void end(RecordChain chain) {}
  }
}
