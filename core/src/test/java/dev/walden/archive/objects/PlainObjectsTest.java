package dev.walden.archive.objects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.FaultyStorage.Operation;
import dev.walden.testing.InMemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An object and its digest, each there or not, right or wrong. */
class PlainObjectsTest {
  private static final String NAME = "1/wal/x";
  private static final String DIGEST = "1/wal/x.sha256";
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OTHER = "c0ntent".getBytes(StandardCharsets.US_ASCII);

  private final Storage storage = new InMemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(storage, 1);
  private final PlainObjects plain = new PlainObjects(faulty);

  private void store(String name, byte[] content) throws IOException {
    assertEquals(PutOutcome.CREATED, storage.put(name, ObjectSource.of(content)));
  }

  private byte[] read(String name) throws IOException {
    try (InputStream in = plain.open(name)) {
      return in.readAllBytes();
    }
  }

  private List<String> list(String prefix) throws IOException {
    List<String> names = new ArrayList<>();
    plain.forEach(prefix, object -> names.add(object.name()));
    return names;
  }

  private void assertDoesNotCount() throws IOException {
    assertFalse(plain.contains(NAME));
    assertEquals(List.of(), list("1/"));
    assertThrows(NotArchivedException.class, () -> plain.makeDurable(NAME));
  }

  @Test
  void countsWithItsDigest() throws Exception {
    assertEquals(PutOutcome.CREATED, plain.put(NAME, ObjectSource.of(CONTENT)));
    assertTrue(plain.contains(NAME));
    assertArrayEquals(CONTENT, read(NAME));
    assertEquals(List.of(NAME), list("1/"));
    plain.makeDurable(NAME);
    try (InputStream in = storage.open(DIGEST)) {
      assertEquals(
          "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73  x\n",
          new String(in.readAllBytes(), StandardCharsets.US_ASCII));
    }
  }

  @Test
  void doesNotCountWithoutItsDigest() throws Exception {
    store(NAME, CONTENT);
    assertDoesNotCount();
    CorruptFileException e = assertThrows(CorruptFileException.class, () -> read(NAME));
    assertInstanceOf(NotArchivedException.class, e.getCause());
    plain.complete(NAME);
    assertTrue(plain.contains(NAME));
    assertArrayEquals(CONTENT, read(NAME));
  }

  @Test
  void doesNotCountAsADigestAlone() throws Exception {
    plain.put(NAME, ObjectSource.of(CONTENT));
    storage.delete(NAME);
    assertFalse(plain.contains(NAME));
    assertEquals(List.of(), list("1/"));
    assertThrows(NotArchivedException.class, () -> read(NAME));
    assertThrows(NotArchivedException.class, () -> plain.complete(NAME));
  }

  @Test
  void isAbsentWithoutEither() throws Exception {
    assertDoesNotCount();
    assertThrows(NotArchivedException.class, () -> read(NAME));
  }

  @Test
  void isReadOnlyIfItHasItsDigest() throws Exception {
    store(NAME, OTHER);
    plain.complete(NAME, ObjectSource.of(CONTENT));
    CorruptFileException e = assertThrows(CorruptFileException.class, () -> read(NAME));
    assertTrue(e.getMessage().contains(NAME), e.getMessage());
    assertTrue(e.getMessage().contains(DIGEST), e.getMessage());
  }

  @Test
  void hasTheLengthThatItMustHave() throws Exception {
    plain.put(NAME, ObjectSource.of(CONTENT));
    for (int length : new int[] {CONTENT.length - 1, CONTENT.length + 1}) {
      try (InputStream in = plain.open(NAME, length)) {
        assertThrows(CorruptFileException.class, in::readAllBytes);
      }
    }
    try (InputStream in = plain.open(NAME, CONTENT.length)) {
      assertArrayEquals(CONTENT, in.readAllBytes());
    }
  }

  @Test
  void isDamagedWhereItsDigestIsNone() throws Exception {
    store(NAME, CONTENT);
    for (String line : List.of("", "x", "0".repeat(64) + "  y\n", "0".repeat(63) + "  x\n")) {
      storage.delete(DIGEST);
      store(DIGEST, line.getBytes(StandardCharsets.US_ASCII));
      assertThrows(CorruptFileException.class, () -> read(NAME), line);
    }
  }

  @Test
  void keepsWhatIsThere() throws Exception {
    plain.put(NAME, ObjectSource.of(CONTENT));
    assertEquals(PutOutcome.EXISTS, plain.put(NAME, ObjectSource.of(OTHER)));
    assertArrayEquals(CONTENT, read(NAME));
    plain.complete(NAME, ObjectSource.of(CONTENT));
    assertThrows(
        ArchiveConflictException.class, () -> plain.complete(NAME, ObjectSource.of(OTHER)));
    assertArrayEquals(CONTENT, read(NAME));
  }

  /** What another writer left incomplete may hold other bytes: nothing is claimed about them. */
  @Test
  void isNotCompletedByAPut() throws Exception {
    store(NAME, OTHER);
    assertEquals(PutOutcome.EXISTS, plain.put(NAME, ObjectSource.of(CONTENT)));
    assertDoesNotCount();
  }

  @Test
  void isNotAcknowledgedBeforeItsDigestIsStored() throws Exception {
    faulty.fail(Operation.PUT, DIGEST::equals, Fault.BEFORE_EFFECT);
    assertThrows(
        StorageUnavailableException.class, () -> plain.put(NAME, ObjectSource.of(CONTENT)));
    assertTrue(storage.find(NAME).isPresent());
    assertDoesNotCount();
  }

  @Test
  void isUnknownWhereTheStorageDoesNotAnswer() throws Exception {
    plain.put(NAME, ObjectSource.of(CONTENT));
    faulty.fail(Operation.FIND, DIGEST::equals, Fault.BEFORE_EFFECT);
    assertThrows(StorageUnavailableException.class, () -> plain.contains(NAME));
    faulty.fail(Operation.FIND, DIGEST::equals, Fault.BEFORE_EFFECT);
    assertThrows(StorageUnavailableException.class, () -> plain.makeDurable(NAME));
    faulty.fail(Operation.OPEN, DIGEST::equals, Fault.BEFORE_EFFECT);
    assertThrows(StorageUnavailableException.class, () -> read(NAME));
  }

  /** Whoever reads it meanwhile finds it absent, and not damaged. */
  @Test
  void isDeletedBeforeItsDigest() throws Exception {
    plain.put(NAME, ObjectSource.of(CONTENT));
    faulty.fail(Operation.DELETE, DIGEST::equals, Fault.BEFORE_EFFECT);
    assertThrows(StorageUnavailableException.class, () -> plain.delete(NAME));
    assertThrows(NotArchivedException.class, () -> read(NAME));
    plain.delete("1/wal/other");
    new PlainObjects(storage).delete(NAME);
    assertEquals(List.of(), storage.list("", "", 9));
  }

  @Test
  void needsNoDigestIfEncoded() throws Exception {
    for (String suffix : List.of(".zst", ".gz", ".age", ".zst.age")) {
      store(NAME + suffix, CONTENT);
      assertTrue(plain.contains(NAME + suffix), suffix);
      assertArrayEquals(CONTENT, read(NAME + suffix));
      plain.makeDurable(NAME + suffix);
      plain.complete(NAME + suffix);
      assertEquals(List.of(NAME + suffix), list("1/"));
      plain.delete(NAME + suffix);
      assertEquals(List.of(), storage.list("", "", 9), "no digest was made");
    }
  }

  @Test
  void listsWhatCountsAmongLongerNames() throws Exception {
    plain.put("1/a", ObjectSource.of(CONTENT));
    plain.put("1/a.b", ObjectSource.of(CONTENT));
    store("1/a.c", CONTENT);
    store("1/a.d.zst", CONTENT);
    store("1/a.e.sha256", CONTENT);
    store("1/b", CONTENT);
    plain.put("1/b.a", ObjectSource.of(CONTENT));
    plain.put("2/c", ObjectSource.of(CONTENT));
    assertEquals(List.of("1/a.b", "1/a.d.zst", "1/a", "1/b.a"), list("1/"));
    assertEquals(List.of("2/c"), list("2/"));
  }
}
