package dev.walden.server.receive.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.server.SpoolInUseException;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
    List<OpenSegment> complete = space().openComplete();
    assertEquals(1, complete.size());
    assertArrayEquals(wal, padded(complete.get(0)));
    complete.get(0).discard();
    assertEquals(List.of(), space().complete());
    assertEquals(List.of(), space().leftovers());
  }

  @Test
  void bytesThatACrashLeftInsteadOfOthersAreForgotten() throws Exception {
    try (OpenSegment first = segment()) {
      first.append(ByteBuffer.wrap(wal, 0, 3000));
      first.append(ByteBuffer.allocate(5000));
    }
    try (OpenSegment again = segment()) {
      again.append(ByteBuffer.wrap(wal, 0, 9000));
      assertEquals(9000, again.length());
      assertArrayEquals(Arrays.copyOf(Arrays.copyOf(wal, 9000), wal.length), padded(again));
    }
    assertEquals(List.of(), space().diverged());
    try (var files = Files.list(directory)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void aSpoolIsForOneReceiver() throws Exception {
    try (SpoolLock lock = SpoolLock.of(directory)) {
      assertThrows(SpoolInUseException.class, () -> SpoolLock.of(directory));
      assertThrows(SpoolInUseException.class, () -> SpoolLock.of(directory));
      assertEquals(3, inAnotherProcess(), "another process got the lock");
      assertEquals(SpoolLock.class, lock.getClass());
    }
    assertEquals(0, inAnotherProcess());
    SpoolLock.of(directory).close();
  }

  /** Tries to lock the spool; 3 if that was refused. */
  private int inAnotherProcess() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Locking.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolveSibling("locking.log").toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the other process hangs");
    return process.exitValue();
  }

  /** A process that locks a spool. */
  static final class Locking {
    private Locking() {}

    public static void main(String[] arguments) throws IOException {
      try {
        SpoolLock.of(Path.of(arguments[0])).close();
      } catch (SpoolInUseException e) {
        System.exit(3);
      }
    }
  }
}
