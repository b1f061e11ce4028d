package dev.walden.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.NotArchivedException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Shared by the parts of {@link StorageContract}. */
interface StorageUnderTest {
  Storage openStorage() throws Exception;

  /** Random bytes, the same for the same seed. */
  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static PutOutcome put(Storage storage, String name, byte[] content) throws IOException {
    return storage.put(name, ObjectSource.of(content));
  }

  static byte[] read(Storage storage, String name) throws IOException {
    try (InputStream in = storage.open(name)) {
      return in.readAllBytes();
    }
  }

  /** Checks every way to see an object. */
  static void assertHolds(Storage storage, String name, byte[] content) throws IOException {
    assertEquals(Optional.of(new StoredObject(name, content.length)), storage.find(name));
    assertArrayEquals(content, read(storage, name), name);
    assertEquals(new StoredObject(name, content.length), storage.list(name, "", 1).get(0));
  }

  /** Checks every way not to see an object, whose name begins no other. */
  static void assertAbsent(Storage storage, String name) throws IOException {
    assertEquals(Optional.empty(), storage.find(name));
    assertThrows(NotArchivedException.class, () -> storage.open(name));
    assertEquals(List.of(), storage.list(name, "", 10));
  }
}
