package dev.walden.server.receive.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A copy is of the segment's own bytes, or of none. */
class OpenSegmentCopyTest {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final WalSegment SEGMENT = new WalSegment(TimelineId.FIRST, 3, SIZE);

  @TempDir Path spool;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isNeverOfAnotherSegment(boolean spooled) throws Exception {
    BufferMemory one = new BufferMemory(SIZE.bytes());
    byte[] own = {1, 2, 3, 4};
    byte[] others = {5, 6, 7, 8};
    try (SegmentPool pool =
        spooled ? SegmentPool.in(spool, SIZE, 0) : SegmentPool.in(one, SIZE, 1)) {
      OpenSegment first = pool.open(SEGMENT, 0, 0).orElseThrow();
      first.append(ByteBuffer.wrap(own));
      assertArrayEquals(new byte[] {2, 3}, first.copy(1, 3).orElseThrow());
      first.discard();
      OpenSegment second = pool.open(SEGMENT, 0, 0).orElseThrow();
      second.append(ByteBuffer.wrap(others));
      assertTrue(first.copy(1, 3).isEmpty(), "memory, or a name, that is another segment's now");
      assertArrayEquals(new byte[] {6, 7}, second.copy(1, 3).orElseThrow());
      second.discard();
    }
  }
}
