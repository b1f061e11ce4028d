package dev.walden.storage.copies;

import static dev.walden.storage.copies.CopiedStorageContractTest.named;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.ObjectProof;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StoredObject;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.FaultyStorage.Operation;
import dev.walden.testing.InMemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("long")
class CopiedStorageTest {
  private final List<InMemoryStorage> sound =
      List.of(new InMemoryStorage(), new InMemoryStorage(), new InMemoryStorage());
  private final List<FaultyStorage> faulty = new ArrayList<>();
  private CopiedStorage storage;

  private CopiedStorage open(int required) throws IOException {
    return open(required, Duration.ofMillis(5));
  }

  private CopiedStorage open(int required, Duration retryInterval) throws IOException {
    close();
    if (faulty.isEmpty()) {
      for (int i = 0; i < sound.size(); i++) {
        faulty.add(new FaultyStorage(sound.get(i), i));
      }
    }
    storage =
        named(faulty.toArray(Storage[]::new))
            .required(required)
            .retryInterval(retryInterval)
            .open();
    return storage;
  }

  @AfterEach
  void close() throws IOException {
    if (storage != null) {
      storage.close();
    }
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static PutOutcome put(Storage storage, String name, byte[] content) throws IOException {
    return storage.put(name, ObjectSource.of(content));
  }

  private static void write(Storage storage, String name, byte[] content) throws IOException {
    try (ObjectWriter writer = storage.create(name)) {
      writer.write(content, 0, content.length / 2);
      writer.write(content, content.length / 2, content.length - content.length / 2);
      writer.commit();
    }
  }

  private static byte[] read(Storage storage, String name) throws IOException {
    try (InputStream in = storage.open(name)) {
      return in.readAllBytes();
    }
  }

  private long holders(String name, byte[] content) throws IOException {
    long holders = 0;
    for (InMemoryStorage copy : sound) {
      if (copy.find(name).isPresent()) {
        assertArrayEquals(content, read(copy, name), name);
        holders++;
      }
    }
    return holders;
  }

  private void awaitHealth() throws InterruptedException {
    while (!storage.status().stream().allMatch(CopyStatus::healthy)) {
      Thread.sleep(5);
    }
  }

  @Test
  void aWriteNeedsAsManyAsAreRequired() throws Exception {
    open(2, Duration.ofHours(1));
    byte[] content = bytes(1000, 1);
    faulty.get(0).setUnavailable(true);
    assertEquals(PutOutcome.CREATED, put(storage, "put", content));
    write(storage, "written", content);
    assertEquals(2, holders("put", content));
    assertEquals(2, holders("written", content));
    CopyStatus away = storage.status().get(0);
    assertFalse(away.reachable());
    assertTrue(away.lastError().contains("injected"), away.lastError());
    assertEquals(2, away.waiting());

    faulty.get(2).setUnavailable(true);
    StorageUnavailableException thrown =
        assertThrows(StorageUnavailableException.class, () -> put(storage, "more", content));
    assertTrue(thrown.getMessage().contains("copy1"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("copy3"), thrown.getMessage());
    assertThrows(StorageUnavailableException.class, () -> write(storage, "more", content));
    assertEquals(0, holders("more", content));
    // one that is there, but in too few copies
    put(sound.get(1), "few", content);
    assertThrows(StorageUnavailableException.class, () -> put(storage, "few", content));
    assertThrows(StorageUnavailableException.class, () -> storage.makeDurable("few"));
    faulty.get(2).setUnavailable(false);
    storage.makeDurable("few");
    assertEquals(2, holders("few", content));
  }

  @Test
  void theBackgroundBringsWhatIsMissing() throws Exception {
    open(1);
    byte[] content = bytes(100_000, 2);
    faulty.get(1).setUnavailable(true);
    for (int i = 0; i < 20; i++) {
      put(storage, "a/" + i, content);
    }
    assertTrue(storage.status().get(1).waiting() > 0);
    faulty.get(1).setUnavailable(false);
    awaitHealth();
    for (int i = 0; i < 20; i++) {
      assertEquals(3, holders("a/" + i, content));
    }
  }

  @Test
  void aWriterGoesOnWithoutACopyThatFails() throws Exception {
    byte[] content = bytes(100_000, 9);
    for (Operation operation :
        List.of(Operation.CREATE, Operation.WRITE, Operation.COMMIT, Operation.FIND)) {
      for (int failing = 0; failing < 3; failing++) {
        open(2, Duration.ofHours(1));
        String name = operation + "/" + failing;
        faulty.get(failing).failNext(operation, Fault.BEFORE_EFFECT);
        write(storage, name, content);
        assertTrue(holders(name, content) >= 2, name);
        assertThrows(ArchiveConflictException.class, () -> write(storage, name, content));
      }
    }
    open(2, Duration.ofHours(1));
    try (ObjectWriter writer = storage.create("later")) {
      writer.write(content);
      faulty.get(0).setUnavailable(true);
      writer.force();
      writer.commit();
    }
    assertEquals(2, holders("later", content));
  }

  @Test
  void absenceNeedsAllCopies() throws Exception {
    open(1, Duration.ofHours(1));
    put(sound.get(2), "only", bytes(10, 3));
    for (FaultyStorage away : faulty) {
      open(1);
      away.setUnavailable(true);
      assertThrows(StorageUnavailableException.class, () -> storage.find("absent"));
      assertThrows(StorageUnavailableException.class, () -> storage.open("absent"));
      assertThrows(StorageUnavailableException.class, () -> storage.list("", "", 10));
      assertThrows(StorageUnavailableException.class, () -> storage.delete("absent"));
      assertEquals(
          away == faulty.get(2) ? List.of() : List.of(new StoredObject("only", 10)),
          storage.listReachable("", "", 10));
      away.setUnavailable(false);
    }
    open(1);
    assertTrue(storage.find("absent").isEmpty());
    assertThrows(NotArchivedException.class, () -> storage.open("absent"));
    assertArrayEquals(bytes(10, 3), read(storage, "only"));
  }

  @Test
  void aStreamIsContinuedOnTheNextCopyIfThatIsTheSame() throws Exception {
    byte[] content = bytes(300_000, 4);
    open(3);
    put(storage, "same", content);
    put(sound.get(0), "other", content);
    put(sound.get(1), "other", bytes(300_000, 5));
    for (int i = 0; i < 20; i++) {
      open(3);
      faulty.get(0).failNext(Operation.READ, Fault.BEFORE_EFFECT);
      faulty.get(1).failNext(Operation.READ, Fault.BEFORE_EFFECT);
      assertArrayEquals(content, read(storage, "same"));
    }
    open(3);
    try (InputStream in = storage.open("other")) {
      in.readNBytes(1000);
      faulty.get(0).setUnavailable(true);
      assertThrows(StorageUnavailableException.class, in::readAllBytes);
    }
  }

  @Test
  void divergenceIsNamedAndLeftAsItIs() throws Exception {
    open(3);
    put(sound.get(0), "lengths", bytes(10, 6));
    put(sound.get(1), "lengths", bytes(11, 6));
    put(sound.get(0), "bytes", bytes(500_000, 7));
    byte[] flipped = bytes(500_000, 7);
    flipped[250_000] ^= 1;
    put(sound.get(2), "bytes", flipped);
    ArchiveConflictException conflict =
        assertThrows(ArchiveConflictException.class, () -> put(storage, "lengths", bytes(10, 6)));
    assertTrue(conflict.getMessage().contains("copy1"), conflict.getMessage());
    assertTrue(conflict.getMessage().contains("copy2"), conflict.getMessage());
    RepairReport report = storage.repair();
    assertEquals(List.of("lengths"), report.copies().get(0).divergent());
    assertEquals(List.of("lengths"), report.copies().get(1).divergent());
    assertFalse(report.complete());
    report = storage.repairComparingBytes(ObjectProof.NONE);
    // every copy may be the wrong one
    assertEquals(List.of("bytes", "lengths"), report.copies().get(0).divergent());
    assertEquals(List.of("bytes", "lengths"), report.copies().get(1).divergent());
    assertEquals(List.of("bytes", "lengths"), report.copies().get(2).divergent());
    assertEquals(List.of("bytes", "lengths"), storage.status().get(2).divergent());
    assertArrayEquals(flipped, read(sound.get(2), "bytes"));
    assertArrayEquals(bytes(11, 6), read(sound.get(1), "lengths"));
    // who knows which one is right removes the other one
    sound.get(1).delete("lengths");
    sound.get(2).delete("bytes");
    storage.repair();
    assertTrue(storage.repairComparingBytes(ObjectProof.NONE).complete());
  }

  @Test
  void anAddedStorageIsFilled() throws Exception {
    long bytes = 0;
    for (int i = 0; i < 2500; i++) {
      put(sound.get(i % 2), "a/" + i, bytes(i % 50, i));
      bytes += i % 50;
    }
    open(3);
    faulty.get(1).setUnavailable(true);
    RepairReport partial = storage.repair();
    assertFalse(partial.complete());
    assertFalse(partial.copies().get(1).compared());
    assertEquals(1250, partial.copies().get(2).objects());
    faulty.get(1).setUnavailable(false);
    RepairReport report = storage.repair();
    assertTrue(report.complete(), report.toString());
    assertEquals(2500, report.objects());
    assertEquals(1250, report.copies().get(0).objects());
    assertEquals(1250, report.copies().get(1).objects());
    assertEquals(1250, report.copies().get(2).objects());
    assertEquals(bytes, partial.copies().get(2).bytes() + report.copies().get(2).bytes());
    assertIdentical();
    assertEquals(0, storage.repair().copies().stream().mapToLong(copy -> copy.objects()).sum());
  }

  private void assertIdentical() throws IOException {
    List<StoredObject> objects = sound.get(0).list("", "", 100_000);
    for (InMemoryStorage copy : sound) {
      assertEquals(objects, copy.list("", "", 100_000));
      for (StoredObject object : objects) {
        assertArrayEquals(read(sound.get(0), object.name()), read(copy, object.name()));
      }
    }
  }

  @Test
  void aCopyMayBeAwayWhenTheProcessBegins() throws Exception {
    boolean[] there = {false};
    try (CopiedStorage copied =
        CopiedStorage.of(sound.get(0))
            .copy(
                "late",
                () -> {
                  if (!there[0]) {
                    throw new StorageUnavailableException("not yet");
                  }
                  return sound.get(1);
                })
            .required(1)
            .retryInterval(Duration.ofMillis(5))
            .open()) {
      assertFalse(copied.status().get(1).reachable());
      assertFalse(copied.guarantees().conditionalCommit());
      put(copied, "a", bytes(10, 8));
      there[0] = true;
      while (copied.status().get(1).waiting() > 0) {
        Thread.sleep(5);
      }
      assertTrue(copied.guarantees().conditionalCommit());
      assertTrue(copied.status().get(1).healthy(), copied.status().toString());
    }
    assertArrayEquals(bytes(10, 8), read(sound.get(1), "a"));
  }

  @Test
  void anObjectThatCannotBeHadNowKeepsNoOtherBack() throws Exception {
    open(1);
    faulty.get(1).setUnavailable(true);
    faulty.get(2).setUnavailable(true);
    put(storage, "first", bytes(10, 1));
    faulty.get(2).setUnavailable(false);
    while (sound.get(2).find("first").isEmpty()) {
      Thread.sleep(5);
    }
    sound.get(2).delete("first");
    faulty.get(0).setUnavailable(true);
    put(storage, "second", bytes(10, 2));
    faulty.get(1).setUnavailable(false);
    while (sound.get(1).find("second").isEmpty()) {
      Thread.sleep(5);
    }
    assertTrue(sound.get(1).find("first").isEmpty());
    faulty.get(0).setUnavailable(false);
    awaitHealth();
    assertTrue(sound.get(1).find("first").isPresent());
  }

  /** What was acknowledged is where it was promised, whatever fails, and nothing is overwritten. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomFaults(long seed) throws Exception {
    Random random = new Random(seed);
    int required = 1 + random.nextInt(3);
    open(required);
    Map<String, byte[]> acknowledged = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      for (FaultyStorage copy : faulty) {
        copy.failAtRandom(
            random.nextInt(3) == 0 ? 0.5 : 0.05,
            EnumSet.of(Fault.BEFORE_EFFECT, Fault.AFTER_EFFECT));
      }
      String name = "o/" + random.nextInt(100);
      byte[] content = bytes(100 + name.hashCode() % 50, name.hashCode());
      if (attempt(random.nextBoolean(), name, content)) {
        acknowledged.put(name, content);
        assertTrue(holders(name, content) >= required, name + " seed " + seed);
      }
      assertNoFalseAbsence(acknowledged);
      if (random.nextInt(20) == 0) {
        open(required);
      }
    }
    faulty.forEach(copy -> copy.failAtRandom(0, EnumSet.allOf(Fault.class)));
    open(required);
    assertTrue(storage.repair().complete());
    assertIdentical();
    for (String name : acknowledged.keySet()) {
      assertEquals(3, holders(name, acknowledged.get(name)));
    }
  }

  /** As encryption makes them, the bytes differ with each attempt. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void randomFaultsAndAnotherEncodingEachTime(long seed) throws Exception {
    Random random = new Random(seed);
    int required = 1 + random.nextInt(3);
    Map<String, byte[]> acknowledged = new HashMap<>();
    open(required, Duration.ofHours(1));
    for (int i = 0; i < 300; i++) {
      for (FaultyStorage copy : faulty) {
        copy.failAtRandom(
            random.nextInt(3) == 0 ? 0.5 : 0.05,
            EnumSet.of(Fault.BEFORE_EFFECT, Fault.AFTER_EFFECT));
      }
      String name = "o/" + random.nextInt(60);
      boolean done;
      try {
        done = attempt(random.nextBoolean(), name, bytes(100 + random.nextInt(2), seed + i));
        if (done) {
          storage.makeDurable(name);
        }
      } catch (ArchiveConflictException | StorageUnavailableException e) {
        done = false;
      }
      if (done) {
        byte[] content = commonest(name, required);
        byte[] before = acknowledged.put(name, content);
        assertTrue(before == null || Arrays.equals(before, content) || 2 * required <= 3, name);
      }
      open(required, Duration.ofHours(1));
    }
    for (FaultyStorage copy : faulty) {
      copy.failAtRandom(0, EnumSet.allOf(Fault.class));
    }
    for (String name : acknowledged.keySet()) {
      commonest(name, required);
    }
    open(required);
    RepairReport report = storage.repairComparingBytes(ObjectProof.NONE);
    assertTrue(required < 3 || report.complete(), report.toString());
    if (report.complete()) {
      assertIdentical();
    }
    Set<String> named = new HashSet<>();
    report.copies().forEach(copy -> named.addAll(copy.divergent()));
    for (StoredObject object : storage.list("", "", 1000)) {
      byte[] first = read(sound.get(0), object.name());
      boolean same = true;
      for (InMemoryStorage copy : sound) {
        same &= Arrays.equals(first, read(copy, object.name()));
      }
      assertEquals(same, !named.contains(object.name()), object.name());
    }
  }

  /** The content that at least so many copies have. */
  private byte[] commonest(String name, int required) throws IOException {
    for (InMemoryStorage one : sound) {
      int same = 0;
      for (InMemoryStorage other : sound) {
        same +=
            one.find(name).isPresent()
                    && other.find(name).isPresent()
                    && Arrays.equals(read(one, name), read(other, name))
                ? 1
                : 0;
      }
      if (same >= required) {
        return read(one, name);
      }
    }
    throw new AssertionError(name + " is in fewer than " + required + " copies");
  }

  @Test
  void ofManyWritersOneWinsInAllCopies() throws Exception {
    open(3);
    ExecutorService executor = Executors.newFixedThreadPool(16);
    try {
      for (int round = 0; round < 20; round++) {
        String name = "raced/" + round;
        CyclicBarrier start = new CyclicBarrier(16);
        List<Callable<Integer>> racers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          int racer = i;
          racers.add(
              () -> {
                start.await(60, TimeUnit.SECONDS);
                boolean won;
                if (racer % 2 == 0) {
                  won = put(storage, name, bytes(1000, racer)) == PutOutcome.CREATED;
                } else {
                  try {
                    write(storage, name, bytes(1000, racer));
                    won = true;
                  } catch (ArchiveConflictException e) {
                    won = false;
                  }
                }
                assertEquals(3, holders(name, read(sound.get(0), name)));
                return won ? racer : -1;
              });
        }
        List<Integer> winners = new ArrayList<>();
        for (Future<Integer> one : executor.invokeAll(racers)) {
          if (one.get() >= 0) {
            winners.add(one.get());
          }
        }
        assertEquals(1, winners.size(), winners.toString());
        assertEquals(3, holders(name, bytes(1000, winners.get(0))));
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private boolean attempt(boolean atOnce, String name, byte[] content) throws IOException {
    try {
      if (atOnce) {
        put(storage, name, content);
      } else {
        write(storage, name, content);
      }
      return true;
    } catch (ArchiveConflictException e) {
      // a writer's way to say that it exists
      return !atOnce;
    } catch (StorageUnavailableException e) {
      return false;
    }
  }

  private void assertNoFalseAbsence(Map<String, byte[]> acknowledged) throws IOException {
    for (String name : acknowledged.keySet()) {
      try {
        assertTrue(storage.find(name).isPresent(), name);
      } catch (StorageUnavailableException e) {
        // no claim
      }
    }
  }
}
