package dev.walden.server.receive.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the spool that grow ahead of what is received. */
class SpooledSegmentGrowthTest {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final WalSegment SEGMENT = new WalSegment(TimelineId.FIRST, 7, SIZE);

  @TempDir Path directory;
  private final byte[] wal = new byte[SIZE.bytes()];

  SpooledSegmentGrowthTest() {
    new Random(7).nextBytes(wal);
  }

  private SegmentPool space() throws IOException {
    return SegmentPool.in(directory, SIZE, 10L * SIZE.bytes());
  }

  private OpenSegment segment() throws Exception {
    return space().open(SEGMENT, 0, 1000).orElseThrow();
  }

  private static byte[] padded(OpenSegment segment) throws IOException {
    try (InputStream in = segment.padded().open()) {
      return in.readAllBytes();
    }
  }

  /** What a machine's crash leaves of a file that grows ahead. */
  private void crash(int written) throws Exception {
    try (OpenSegment lost = segment()) {
      lost.append(ByteBuffer.wrap(wal, 0, written));
      lost.force();
      Files.copy(file(), directory.resolve("crashed"));
    }
    Files.move(directory.resolve("crashed"), file(), StandardCopyOption.REPLACE_EXISTING);
  }

  private Path file() {
    return directory.resolve(SEGMENT + ".partial");
  }

  @Test
  void growsAheadWhereLittleComes() throws Exception {
    crash(3000);
    assertEquals(3000 + (256 << 10), Files.size(file()));
    byte[] expected = Arrays.copyOf(Arrays.copyOf(wal, 3000), wal.length);
    OpenSegment left = space().leftovers().get(0);
    assertEquals(3000, left.length());
    assertArrayEquals(expected, padded(left));
    left.close();
    assertEquals(3000, Files.size(file()), "a file that is closed has its length");
  }

  @Test
  void takesZerosAtTheEndForBytesToCome() throws Exception {
    Arrays.fill(wal, 2900, 3100, (byte) 0);
    crash(3000);
    try (OpenSegment again = segment()) {
      for (int from = 0; from < wal.length; from += 10_000) {
        again.append(ByteBuffer.wrap(wal, from, Math.min(10_000, wal.length - from)));
      }
      again.complete();
      assertArrayEquals(wal, padded(again));
      try (var files = Files.list(directory)) {
        assertEquals(List.of(SEGMENT.toString()), files.map(f -> "" + f.getFileName()).toList());
      }
      assertEquals(wal.length, Files.size(directory.resolve(SEGMENT.toString())));
    }
  }

  @Test
  void growsAheadOfWhatIsThereAgain() throws Exception {
    crash(3000);
    byte[] expected = Arrays.copyOf(Arrays.copyOf(wal, 5000), wal.length);
    try (OpenSegment again = segment()) {
      again.append(ByteBuffer.wrap(wal, 0, 4000));
      again.append(ByteBuffer.wrap(wal, 4000, 2000));
      again.truncate(5000);
      assertArrayEquals(expected, padded(again));
      again.append(ByteBuffer.wrap(wal, 5000, 1000));
      assertArrayEquals(Arrays.copyOf(Arrays.copyOf(wal, 6000), wal.length), padded(again));
    }
    assertEquals(6000, Files.size(file()));
  }

  @Test
  void beginsAnewWhereBytesDiffer() throws Exception {
    crash(3000);
    byte[] other = wal.clone();
    other[2999]++;
    try (OpenSegment again = segment()) {
      again.append(ByteBuffer.wrap(other, 0, 2000));
      again.append(ByteBuffer.wrap(other, 2000, 2000));
      assertArrayEquals(Arrays.copyOf(Arrays.copyOf(other, 4000), wal.length), padded(again));
    }
    assertEquals(4000, Files.size(file()));
  }
}
