package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;

/**
 * Learns what the segments hold that a {@link StreamVerifier} goes through: the same that a {@link
 * SegmentScan} of each would tell, or nothing. Nothing of the first segment, of one where only the
 * end of an earlier record lies, and of one with records of interest that are larger than 1 MiB or
 * that nobody understands: those are for a scan. What the visitor or {@link #end} throws stops
 * nothing.
 */
public interface SegmentObserver {
  /** Wants to know nothing. */
  SegmentObserver NONE = new Nobody();

  /** Which records are shown. */
  RecordFilter interest();

  /** The visitor of the records of a segment that begins now, and may not come to its end. */
  RecordVisitor begin(WalSegment segment);

  /**
   * All bytes of the segment that began last have arrived. Whether the record is valid that goes on
   * behind it, nobody knows yet.
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
