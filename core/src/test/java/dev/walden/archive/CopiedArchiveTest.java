package dev.walden.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.Compression;
import dev.walden.codec.DecryptionKeys;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.storage.copies.RepairReport;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An archive on two storages, one of which is damaged or away. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CopiedArchiveTest {
  private static final WalSegment SEGMENT = SampleWal.segment(2, 7);
  private static final AgeIdentity IDENTITY = AgeIdentity.generate(new SecureRandom());
  private static final byte[] HISTORY =
      "1\t0/301E748\tno recovery target specified\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;
  private final InMemoryStorage first = new InMemoryStorage();
  private final InMemoryStorage second = new InMemoryStorage();
  private final FaultyStorage firstFaulty = new FaultyStorage(first, 1);
  private final FaultyStorage secondFaulty = new FaultyStorage(second, 2);
  private CopiedStorage storage;

  static Stream<ArchiveSettings> settings() {
    ArchiveSettings plain = ArchiveSettings.defaults();
    return Stream.of(Compression.values())
        .flatMap(
            compression ->
                Stream.of(
                    plain.compression(compression),
                    plain
                        .compression(compression)
                        .encryptTo(IDENTITY.recipient())
                        .decryptWith(IDENTITY)));
  }

  private ArchiveStore open(ArchiveSettings settings, int required) throws IOException {
    close();
    storage =
        CopiedStorage.of()
            .copy("first", () -> firstFaulty)
            .copy("second", () -> secondFaulty)
            .required(required)
            .retryInterval(Duration.ofMillis(10))
            .open();
    return ArchiveStore.openOrCreate(storage, settings, SampleWal.CLUSTER);
  }

  @Test
  void aDamagedPlainCopyIsNoConflict() throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults().compression(Compression.NONE), 2);
    byte[] bytes = SampleWal.bytes(SEGMENT, 1);
    archive.push(SEGMENT.fileName(), ObjectSource.of(bytes));
    String name =
        first.list("", "", 100).stream()
            .map(StoredObject::name)
            .filter(found -> found.endsWith(SEGMENT.toString()))
            .findFirst()
            .orElseThrow();
    byte[] rotten = bytes.clone();
    rotten[500_000] ^= 4;
    first.delete(name);
    first.put(name, ObjectSource.of(rotten));
    StorageUnavailableException tooFew =
        assertThrows(
            StorageUnavailableException.class,
            () -> archive.push(SEGMENT.fileName(), ObjectSource.of(bytes)));
    assertTrue(tooFew.getMessage().contains("first: holds a damaged object"), tooFew.getMessage());
    first.delete(name);
    assertEquals(
        PushOutcome.ALREADY_ARCHIVED, archive.push(SEGMENT.fileName(), ObjectSource.of(bytes)));
    assertTrue(first.find(name).isPresent());
    byte[] other = SampleWal.bytes(SEGMENT, 2);
    assertThrows(
        ArchiveConflictException.class,
        () -> archive.push(SEGMENT.fileName(), ObjectSource.of(other)));
  }

  @Test
  void whoeverOpensAStorageClosesIt() throws IOException {
    ArchiveStore one = open(ArchiveSettings.defaults(), 2);
    ClusterIdentity other =
        new ClusterIdentity(
            new SystemIdentifier(1), SampleWal.CLUSTER.segmentSize(), SampleWal.CLUSTER.version());
    ArchiveStore two =
        ArchiveStore.openOrCreateBesideOthers(storage, ArchiveSettings.defaults(), other);
    two.close();
    byte[] bytes = SampleWal.bytes(SEGMENT, 1);
    assertEquals(PushOutcome.ARCHIVED, one.push(SEGMENT.fileName(), ObjectSource.of(bytes)));
    // copies that were handed on stay open, too
    CopiedStorage outer = CopiedStorage.of(storage).open();
    ArchiveStore.open(outer, ArchiveSettings.defaults(), other.systemIdentifier())
        .closingStorage()
        .close();
    assertEquals(
        PushOutcome.ALREADY_ARCHIVED, one.push(SEGMENT.fileName(), ObjectSource.of(bytes)));
    one.closingStorage().close();
    assertThrows(
        StorageUnavailableException.class,
        () -> one.push(SEGMENT.fileName(), ObjectSource.of(bytes)));
  }

  @AfterEach
  void close() throws IOException {
    if (storage != null) {
      storage.close();
    }
  }

  /** Flips a bit of an object, somewhere. */
  static void damage(Storage storage, String name, Random random) throws IOException {
    damage(storage, name, random, 0);
  }

  private static void damageSecondHalf(Storage storage, String name, Random random)
      throws IOException {
    damage(storage, name, random, (int) storage.find(name).orElseThrow().length() / 2);
  }

  private static void damage(Storage storage, String name, Random random, int from)
      throws IOException {
    byte[] bytes;
    try (InputStream in = storage.open(name)) {
      bytes = in.readAllBytes();
    }
    bytes[from + random.nextInt(bytes.length - from)] ^= (byte) (1 << random.nextInt(8));
    assertTrue(storage.delete(name));
    storage.put(name, ObjectSource.of(bytes));
  }

  private byte[] fetch(ArchiveStore archive, WalFileName name) throws IOException {
    Path target = directory.resolve("target");
    Files.deleteIfExists(target);
    archive.fetch(name, target);
    return Files.readAllBytes(target);
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("settings")
  void everyObjectOfOneCopyMayBeDamaged(ArchiveSettings settings) throws IOException {
    for (int seed = 0; seed < 8; seed++) {
      Random random = new Random(seed);
      ArchiveStore archive = open(settings, 2);
      archive.push(SEGMENT.fileName(), ObjectSource.of(SampleWal.bytes(SEGMENT, 1)));
      WalFileName.History history = new WalFileName.History(new TimelineId(2));
      archive.push(history, ObjectSource.of(HISTORY));
      List<StoredObject> objects = second.list("", "", 100);
      assertEquals(objects, first.list("", "", 100));
      for (StoredObject object : objects) {
        damage(first, object.name(), random);
      }
      ArchiveStore again = open(settings, 2);
      assertArrayEquals(SampleWal.bytes(SEGMENT, 1), fetch(again, SEGMENT.fileName()));
      assertArrayEquals(HISTORY, fetch(again, history));
      assertEquals(1, again.histories().size());
      assertFalse(storage.status().get(0).damaged().isEmpty());
      assertTrue(storage.status().get(1).healthy(), storage.status().toString());

      ArchiveStore fresh = open(settings, 2);
      try (InputStream in = fresh.open(SEGMENT).orElseThrow()) {
        assertArrayEquals(SampleWal.bytes(SEGMENT, 1), in.readAllBytes());
      }

      // where the other copy is damaged as well, the bytes are not believed
      for (StoredObject object : objects) {
        damage(second, object.name(), random);
      }
      assertThrows(IOException.class, () -> fetch(open(settings, 2), SEGMENT.fileName()));
      for (StoredObject object : objects) {
        first.delete(object.name());
        second.delete(object.name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aRepairNamesTheDamagedCopyWhateverTheirOrder(ArchiveSettings settings) throws IOException {
    GeneratedWal wal = GeneratedWal.begin(SampleWal.CLUSTER, Instant.EPOCH);
    try (ArchiveStore archive = open(settings, 2)) {
      wal.filler(3 << 20);
      wal.switchSegment();
      wal.archiveInto(archive);
    }
    List<StoredObject> objects = second.list("", "", 100);
    for (int i = 0; i < objects.size(); i++) {
      String name = objects.get(i).name();
      InMemoryStorage wrong = i % 2 == 0 ? first : second;
      // headers have bits that mean nothing
      damageSecondHalf(wrong, name, new Random(i));
      open(settings, 2);
      RepairReport report = storage.repairComparingBytes(ArchiveStore.proof(settings));
      List<String> damaged =
          report.copies().get(i % 2).damaged().stream().map(RepairReport.Damage::name).toList();
      assertEquals(List.of(), report.copies().get(1 - i % 2).damaged(), name);
      if (damaged.isEmpty()) {
        // nothing proves the description of the archive
        assertTrue(name.endsWith("walden.json"), name);
        assertEquals(List.of(name), report.copies().get(0).divergent());
        assertEquals(List.of(name), report.copies().get(1).divergent());
      } else {
        assertEquals(List.of(name), damaged);
        String reason = report.copies().get(i % 2).damaged().get(0).reason();
        assertFalse(reason.contains(name + ":"), reason);
        assertEquals(List.of(), report.copies().get(i % 2).divergent());
      }
      // without keys nothing encrypted is accused, and a repair of lengths finds nothing
      ArchiveSettings keyless = settings.keys(DecryptionKeys.none());
      RepairReport blind = storage.repairComparingBytes(ArchiveStore.proof(keyless));
      assertFalse(blind.complete());
      assertEquals(List.of(), blind.copies().get(1 - i % 2).damaged(), name);
      assertTrue(storage.repair().complete());
      wrong.delete(name);
      assertTrue(storage.repairComparingBytes(ArchiveStore.proof(settings)).complete());
    }
    // what is damaged is not copied to where it is missing
    String segment =
        objects.stream()
            .map(StoredObject::name)
            .filter(name -> name.contains("/wal/"))
            .findFirst()
            .orElseThrow();
    damage(first, segment, new Random(1));
    second.delete(segment);
    open(settings, 2);
    RepairReport report = storage.repairComparingBytes(ArchiveStore.proof(settings));
    assertEquals(1, report.copies().get(1).failed());
    assertTrue(second.find(segment).isEmpty());
  }

  @Test
  void damageOfOneAndAbsenceOfTheOtherIsUnknown() throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults(), 2);
    archive.push(SEGMENT.fileName(), ObjectSource.of(SampleWal.bytes(SEGMENT, 1)));
    String name =
        first.list("", "", 100).stream()
            .map(StoredObject::name)
            .filter(one -> one.endsWith(".zst") && one.contains("/wal/"))
            .findFirst()
            .orElseThrow();
    damage(first, name, new Random(3));
    secondFaulty.setUnavailable(true);
    assertThrows(StorageUnavailableException.class, () -> fetch(archive, SEGMENT.fileName()));
    secondFaulty.setUnavailable(false);
    byte[] sound;
    try (InputStream in = second.open(name)) {
      sound = in.readAllBytes();
    }
    second.delete(name);
    assertThrows(CorruptFileException.class, () -> fetch(archive, SEGMENT.fileName()));
    second.put(name, ObjectSource.of(sound));
    assertArrayEquals(SampleWal.bytes(SEGMENT, 1), fetch(archive, SEGMENT.fileName()));
    assertEquals(List.of(name), storage.status().get(0).damaged());
    // one that is damaged is no copy
    assertThrows(StorageUnavailableException.class, () -> storage.makeDurable(name));
    first.delete(name);
    assertTrue(storage.repair().complete());
    assertEquals(List.of(), storage.status().get(0).damaged());
    storage.makeDurable(name);
  }

  @Test
  void oneCopyIsEnoughToReadAndToWriteButNotToProveAbsence() throws Exception {
    ArchiveStore archive = open(ArchiveSettings.defaults(), 1);
    WalSegment later = SampleWal.segment(2, 8);
    archive.push(SEGMENT.fileName(), ObjectSource.of(SampleWal.bytes(SEGMENT, 1)));
    awaitHealth();
    for (FaultyStorage away : List.of(firstFaulty, secondFaulty)) {
      away.setUnavailable(true);
      assertArrayEquals(SampleWal.bytes(SEGMENT, 1), fetch(archive, SEGMENT.fileName()));
      assertThrows(StorageUnavailableException.class, () -> fetch(archive, later.fileName()));
      assertThrows(StorageUnavailableException.class, () -> archive.contains(later.fileName()));
      assertThrows(StorageUnavailableException.class, archive::inventory);
      WalSegment now = SampleWal.segment(2, away == firstFaulty ? 20 : 21);
      assertEquals(
          PushOutcome.ARCHIVED,
          archive.push(now.fileName(), ObjectSource.of(SampleWal.bytes(now, 2))));
      assertEquals(
          PushOutcome.ALREADY_ARCHIVED,
          archive.push(now.fileName(), ObjectSource.of(SampleWal.bytes(now, 2))));
      away.setUnavailable(false);
      awaitHealth();
      assertThrows(NotArchivedException.class, () -> fetch(archive, later.fileName()));
    }
    assertEquals(first.list("", "", 100), second.list("", "", 100));
    assertEquals(3, archive.inventory().segmentCount());
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aRepeatedPushIsNotAcknowledgedBeforeEnoughHaveIt(ArchiveSettings settings) throws Exception {
    ArchiveStore archive = open(settings, 2);
    secondFaulty.setUnavailable(true);
    ObjectSource source = ObjectSource.of(SampleWal.bytes(SEGMENT, 1));
    assertThrows(StorageUnavailableException.class, () -> archive.push(SEGMENT.fileName(), source));
    secondFaulty.setUnavailable(false);
    archive.push(SEGMENT.fileName(), source);
    // as another process leaves it that dies in between
    List<StoredObject> all = first.list("", "", 100);
    for (StoredObject object : all) {
      if (object.name().contains(SEGMENT.toString())) {
        second.delete(object.name());
      }
    }
    secondFaulty.setUnavailable(true);
    ArchiveStore again = open(settings, 2);
    assertThrows(StorageUnavailableException.class, () -> again.push(SEGMENT.fileName(), source));
    secondFaulty.setUnavailable(false);
    assertEquals(PushOutcome.ALREADY_ARCHIVED, open(settings, 2).push(SEGMENT.fileName(), source));
    List<String> held = second.list("", "", 100).stream().map(StoredObject::name).toList();
    assertTrue(
        all.stream()
            .map(StoredObject::name)
            .filter(name -> name.contains("/wal/"))
            .allMatch(held::contains),
        held.toString());
  }

  private void awaitHealth() throws InterruptedException {
    while (!storage.status().stream().allMatch(copy -> copy.healthy())) {
      Thread.sleep(10);
    }
  }
}
