package dev.walden.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpooledSegmentTest {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final WalSegment SEGMENT = new WalSegment(TimelineId.FIRST, 7, SIZE);

  @TempDir Path directory;
  private final byte[] wal = new byte[SIZE.bytes()];

  SpooledSegmentTest() {
    new Random(7).nextBytes(wal);
  }

  private SegmentSpace space() throws IOException {
    return new SegmentSpace(SIZE, Optional.of(directory), 10L * SIZE.bytes(), 1);
  }

  private OpenSegment segment() throws Exception {
    return space().open(SEGMENT, 1000).orElseThrow();
  }

  private static byte[] padded(OpenSegment segment) throws IOException {
    try (InputStream in = segment.padded().open()) {
      return in.readAllBytes();
    }
  }

  @Test
  void whatWasSpooledBeyondTheForkStaysWhenTheBeginningComesAgain() throws Exception {
    try (OpenSegment first = segment()) {
      first.append(ByteBuffer.wrap(wal, 0, 3000));
      first.force();
    }
    byte[] expected = Arrays.copyOf(Arrays.copyOf(wal, 3000), wal.length);
    try (OpenSegment again = segment()) {
      again.append(ByteBuffer.wrap(wal, 0, 1000));
      assertArrayEquals(expected, padded(again));
    }
  }

  @Test
  void aSegmentOfWhichAnythingWasNotForcedIsNotTakenForComplete() throws Exception {
    try (OpenSegment segment = segment()) {
      segment.append(ByteBuffer.wrap(wal));
    }
    // a crash of the machine may have left the length and not the bytes
    assertEquals(List.of(), space().complete());
    try (OpenSegment again = segment()) {
      again.append(ByteBuffer.wrap(wal));
      again.force();
      assertEquals(List.of(), space().complete());
      again.complete();
    }
    List<OpenSegment> complete = space().complete();
    assertEquals(1, complete.size());
    assertArrayEquals(wal, padded(complete.get(0)));
    complete.get(0).discard();
    assertEquals(List.of(), space().complete());
    assertEquals(List.of(), space().leftovers());
  }
}
