package dev.walden.wal.index;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.RecordChain;
import dev.walden.wal.record.SegmentScan;
import java.io.IOException;
import java.io.InputStream;

/**
 * Makes the outline of one segment while its bytes arrive. Memory holds at most a page and the
 * largest wanted record within the segment.
 *
 * <p>The outline ends where WAL is no longer valid, with the reason. Wanted records are checked in
 * full; of all others, header, link and checksum are.
 *
 * <p>For use by one thread.
 */
public final class WalOutliner {
  private static final int PIECE = 256 * 1024;

  private final OutlineCollector collector = new OutlineCollector();
  private final SegmentScan scan;

  /** Starts before the first byte of the segment. */
  public WalOutliner(WalSegment segment) {
    scan = new SegmentScan(segment, OutlineInterest.INSTANCE, collector);
  }

  /**
   * Reads a segment to its end.
   *
   * @param in the segment's bytes, from the first on; left open
   * @throws CorruptFileException if the first page does not belong to this segment, or the stream
   *     has more bytes than a segment has
   * @throws UnsupportedFormatException if it is from a server that Walden does not support
   * @throws IOException if the stream fails
   */
  public static WalOutline outline(WalSegment segment, InputStream in) throws IOException {
    WalOutliner outliner = new WalOutliner(segment);
    byte[] piece = new byte[PIECE];
    for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
      outliner.accept(piece, 0, count);
    }
    return outliner.finish();
  }

  /**
   * Takes the next bytes of the segment, in pieces of any length. They are not kept.
   *
   * @throws CorruptFileException if the first page does not belong to this segment, or there are
   *     more bytes than a segment has
   * @throws UnsupportedFormatException if it is from a server that Walden does not support
   */
  public void accept(byte[] bytes, int offset, int length)
      throws CorruptFileException, UnsupportedFormatException {
    scan.accept(bytes, offset, length);
  }

  /**
   * The outline of the bytes taken, which may be the whole segment. Must be called once, and last.
   *
   * @throws CorruptFileException if the first page is missing, or does not belong to this segment
   * @throws UnsupportedFormatException if it is from a server that Walden does not support
   */
  public WalOutline finish() throws CorruptFileException, UnsupportedFormatException {
    RecordChain chain = scan.finish();
    return new WalOutline(chain, collector.contents());
  }
}
