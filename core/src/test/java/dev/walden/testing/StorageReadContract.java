package dev.walden.testing;

import static dev.walden.testing.StorageUnderTest.assertAbsent;
import static dev.walden.testing.StorageUnderTest.assertHolds;
import static dev.walden.testing.StorageUnderTest.bytes;
import static dev.walden.testing.StorageUnderTest.put;
import static dev.walden.testing.StorageUnderTest.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.NotArchivedException;
import dev.walden.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link Storage#open} and {@link Storage#find}. */
interface StorageReadContract extends StorageUnderTest {

  @Test
  default void rangesAreExact() throws Exception {
    byte[] content = bytes(1_000_000, 1);
    try (Storage storage = openStorage()) {
      put(storage, "a", content);
      assertRange(storage, content, 0, 1);
      assertRange(storage, content, 0, content.length);
      assertRange(storage, content, content.length - 1, 1);
      assertRange(storage, content, content.length - 1, Long.MAX_VALUE);
      assertRange(storage, content, 1, Long.MAX_VALUE);
      assertRange(storage, content, 10, 0);
      assertRange(storage, content, content.length, 10);
      assertRange(storage, content, content.length + 1, 10);
      assertRange(storage, content, Long.MAX_VALUE, Long.MAX_VALUE);
      Random random = new Random(7);
      for (int i = 0; i < 30; i++) {
        assertRange(
            storage, content, random.nextInt(content.length), random.nextInt(content.length));
      }
    }
  }

  private static void assertRange(Storage storage, byte[] content, long offset, long length)
      throws IOException {
    int from = (int) Math.min(offset, content.length);
    int to = from + (int) Math.min(length, content.length - from);
    try (InputStream in = storage.open("a", offset, length)) {
      assertArrayEquals(
          Arrays.copyOfRange(content, from, to),
          in.readAllBytes(),
          () -> length + " bytes from " + offset);
      assertEquals(-1, in.read());
    }
  }

  @Test
  default void emptyObjectsHaveEmptyRanges() throws Exception {
    try (Storage storage = openStorage()) {
      put(storage, "a", new byte[0]);
      assertRange(storage, new byte[0], 0, 0);
      assertRange(storage, new byte[0], 0, 1);
      assertRange(storage, new byte[0], 1, Long.MAX_VALUE);
    }
  }

  @Test
  default void negativeRangesAreRefused() throws Exception {
    try (Storage storage = openStorage()) {
      put(storage, "a", text("content"));
      assertThrows(IllegalArgumentException.class, () -> storage.open("a", -1, 1));
      assertThrows(IllegalArgumentException.class, () -> storage.open("a", 0, -1));
    }
  }

  @Test
  default void absenceIsToldWhateverTheRange() throws Exception {
    try (Storage storage = openStorage()) {
      put(storage, "a/present", text("content"));
      for (String name : new String[] {"absent", "a/absent", "a/present2", "b/c/d/absent"}) {
        assertAbsent(storage, name);
        assertThrows(NotArchivedException.class, () -> storage.open(name, 0, 0));
        assertThrows(NotArchivedException.class, () -> storage.open(name, 10, 1));
      }
      assertThrows(NotArchivedException.class, () -> storage.open("a"));
      assertThrows(NotArchivedException.class, () -> storage.open("a/present/below"));
      assertEquals(Optional.empty(), storage.find("a"));
      assertEquals(Optional.empty(), storage.find("a/present/below"));
    }
  }

  @Test
  default void aReaderMayStopHalfWay() throws Exception {
    byte[] content = bytes(2_000_000, 2);
    try (Storage storage = openStorage()) {
      put(storage, "a", content);
      for (int i = 0; i < 100; i++) {
        InputStream in = storage.open("a");
        assertArrayEquals(Arrays.copyOf(content, i), in.readNBytes(i));
        in.close();
        in.close();
      }
      assertHolds(storage, "a", content);
    }
  }

  @Test
  default void readersDoNotDisturbEachOther() throws Exception {
    byte[] content = bytes(1_000_000, 3);
    try (Storage storage = openStorage()) {
      put(storage, "a", content);
      try (InputStream one = storage.open("a");
          InputStream two = storage.open("a", 500_000, 500_000)) {
        assertEquals(content[0], (byte) one.read());
        assertEquals(content[500_000], (byte) two.read());
        assertArrayEquals(Arrays.copyOfRange(content, 1, 400_000), one.readNBytes(399_999));
        assertArrayEquals(Arrays.copyOfRange(content, 500_001, content.length), two.readAllBytes());
        assertArrayEquals(Arrays.copyOfRange(content, 400_000, content.length), one.readAllBytes());
      }
    }
  }
}
