package dev.walden.testing;

import static dev.walden.testing.StorageUnderTest.assertAbsent;
import static dev.walden.testing.StorageUnderTest.assertHolds;
import static dev.walden.testing.StorageUnderTest.bytes;
import static dev.walden.testing.StorageUnderTest.put;
import static dev.walden.testing.StorageUnderTest.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.FaultyStorage.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Without faults it keeps the contract; the tests here are of the faults. */
class FaultyStorageTest implements StorageContract {
  private static final byte[] CONTENT = bytes(10_000, 1);

  private final InMemoryStorage sound = new InMemoryStorage();
  private final FaultyStorage storage = new FaultyStorage(sound, 42);

  @Override
  public Storage openStorage() {
    return storage;
  }

  @Test
  void beforeTheEffectNothingIsDone() throws Exception {
    put(sound, "present", CONTENT);
    storage.failNext(Operation.PUT, Fault.BEFORE_EFFECT);
    assertUnavailable(() -> put(storage, "a", CONTENT));
    storage.failNext(Operation.CREATE, Fault.BEFORE_EFFECT);
    assertUnavailable(() -> storage.create("a"));
    storage.failNext(Operation.COMMIT, Fault.BEFORE_EFFECT);
    assertUnavailable(() -> write("a"));
    storage.failNext(Operation.WRITE, Fault.BEFORE_EFFECT);
    assertUnavailable(() -> write("a"));
    storage.failNext(Operation.DELETE, Fault.BEFORE_EFFECT);
    assertUnavailable(() -> storage.delete("present"));
    storage.failNext(Operation.FIND, Fault.BEFORE_EFFECT);
    assertUnavailable(() -> storage.find("present"));
    storage.failNext(Operation.OPEN, Fault.BEFORE_EFFECT);
    assertUnavailable(() -> storage.open("present"));
    storage.failNext(Operation.LIST, Fault.BEFORE_EFFECT);
    assertUnavailable(() -> storage.list("", "", 10));
    assertEquals(8, storage.faults());
    assertAbsent(storage, "a");
    assertHolds(storage, "present", CONTENT);
  }

  @Test
  void afterTheEffectOnlyTheAnswerIsLost() throws Exception {
    storage.failNext(Operation.PUT, Fault.AFTER_EFFECT);
    assertUnavailable(() -> put(storage, "a", CONTENT));
    assertHolds(storage, "a", CONTENT);
    storage.failNext(Operation.COMMIT, Fault.AFTER_EFFECT);
    assertUnavailable(() -> write("b"));
    assertHolds(storage, "b", CONTENT);
    storage.failNext(Operation.DELETE, Fault.AFTER_EFFECT);
    assertUnavailable(() -> storage.delete("b"));
    assertAbsent(storage, "b");
  }

  @Test
  void damageIsDoneSilently() throws Exception {
    storage.failNext(Operation.PUT, Fault.TRUNCATED);
    put(storage, "short", CONTENT);
    assertTruncated(read(sound, "short"));
    storage.failNext(Operation.PUT, Fault.FLIPPED);
    put(storage, "flipped", CONTENT);
    assertFlipped(read(sound, "flipped"));
    storage.failNext(Operation.WRITE, Fault.TRUNCATED);
    write("short-written");
    assertTruncated(read(sound, "short-written"));
    storage.failNext(Operation.WRITE, Fault.FLIPPED);
    write("flipped-written");
    assertFlipped(read(sound, "flipped-written"));
  }

  @Test
  void readsFailOrLie() throws Exception {
    put(storage, "a", CONTENT);
    for (int i = 0; i < 50; i++) {
      storage.failNext(Operation.READ, Fault.TRUNCATED);
      assertTruncated(read(storage, "a"));
      storage.failNext(Operation.READ, Fault.FLIPPED);
      assertFlipped(read(storage, "a"));
      storage.failNext(Operation.READ, Fault.BEFORE_EFFECT);
      assertUnavailable(() -> read(storage, "a"));
    }
    assertArrayEquals(CONTENT, read(storage, "a"));
  }

  @Test
  void anUnavailableStorageFailsItsOpenStreamsToo() throws Exception {
    put(storage, "a", CONTENT);
    try (InputStream in = storage.open("a");
        ObjectWriter writer = storage.create("b")) {
      in.read();
      storage.setUnavailable(true);
      assertUnavailable(in::read);
      assertUnavailable(writer::commit);
      assertUnavailable(() -> storage.find("a"));
      storage.setUnavailable(false);
      assertEquals(CONTENT[1], (byte) in.read());
    }
    assertHolds(storage, "a", CONTENT);
  }

  @Test
  void aFaultMayBeMeantForOneObject() throws Exception {
    storage.fail(Operation.PUT, name -> name.endsWith("2"), Fault.BEFORE_EFFECT);
    put(storage, "a1", CONTENT);
    assertUnavailable(() -> put(storage, "a2", CONTENT));
    put(storage, "a2", CONTENT);
    assertThrows(
        IllegalArgumentException.class, () -> storage.failNext(Operation.DELETE, Fault.FLIPPED));
  }

  @Test
  void aSeedGivesTheSameFaultsAgain() throws Exception {
    assertTrue(storage.toString().contains("42"), storage::toString);
    List<String> first = randomRun(42);
    assertEquals(first, randomRun(42));
    assertNotEquals(first, randomRun(43));
    assertTrue(first.stream().anyMatch(String::isEmpty));
    assertTrue(first.stream().anyMatch(failure -> !failure.isEmpty()));
  }

  private static List<String> randomRun(long seed) throws IOException {
    List<String> failures = new ArrayList<>();
    try (FaultyStorage faulty = new FaultyStorage(new InMemoryStorage(), seed)) {
      faulty.failAtRandom(0.3, EnumSet.of(Fault.BEFORE_EFFECT, Fault.AFTER_EFFECT));
      for (int i = 0; i < 200; i++) {
        try {
          put(faulty, "a" + i, CONTENT);
          faulty.find("a" + i);
          failures.add("");
        } catch (StorageUnavailableException e) {
          failures.add(e.getMessage().replace("seed " + seed, ""));
        }
      }
    }
    return failures;
  }

  private void write(String name) throws IOException {
    try (ObjectWriter writer = storage.create(name)) {
      writer.write(CONTENT);
      writer.commit();
    }
  }

  private static void assertUnavailable(Executable attempt) {
    StorageUnavailableException failure = assertThrows(StorageUnavailableException.class, attempt);
    assertTrue(failure.getMessage().contains("42"), failure::getMessage);
  }

  private static void assertTruncated(byte[] found) {
    assertTrue(found.length < CONTENT.length);
    assertArrayEquals(Arrays.copyOf(CONTENT, found.length), found);
  }

  private static void assertFlipped(byte[] found) {
    assertEquals(CONTENT.length, found.length);
    BitSet difference = BitSet.valueOf(found);
    difference.xor(BitSet.valueOf(CONTENT));
    assertEquals(1, difference.cardinality());
  }
}
