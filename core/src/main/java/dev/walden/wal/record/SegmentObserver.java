package dev.walden.wal.record;

import dev.walden.wal.WalSegment;

/**
 * Learns what the segments hold that a {@link StreamVerifier} goes through, as a {@link
 * SegmentScan} of each would tell it. Of segments whose beginning or records are out of the
 * ordinary it learns nothing: those are for a scan.
 */
public interface SegmentObserver {
  /** Which records are shown. */
  RecordInterest interest();

  /** The visitor of the records of a segment that begins now. */
  RecordVisitor begin(WalSegment segment);

  /**
   * All bytes of the segment that began last have arrived. Whether the record is valid that goes on
   * behind it, nobody knows yet.
   */
  void end(RecordChain chain);
}
