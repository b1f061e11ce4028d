package dev.walden.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.WrongClusterException;
import dev.walden.WrongKeyException;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.backup.BackupId;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.Compression;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchiveStoreTest {
  private static final WalSegment SEGMENT = SampleWal.segment(1, 7);
  private static final AgeIdentity IDENTITY = AgeIdentity.generate(new SecureRandom());
  private static final byte[] HISTORY =
      "1\t0/301E748\tno recovery target specified\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();

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

  private ArchiveStore open(ArchiveSettings settings) throws IOException {
    return ArchiveStore.openOrCreate(storage, settings, SampleWal.CLUSTER);
  }

  private static ObjectSource source(WalSegment segment, long seed) {
    return ObjectSource.of(SampleWal.bytes(segment, seed));
  }

  private byte[] fetch(ArchiveStore archive, WalFileName name) throws IOException {
    Path target = directory.resolve("target");
    Files.deleteIfExists(target);
    archive.fetch(name, target);
    return Files.readAllBytes(target);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void givesBackWhatWasPushed(ArchiveSettings settings) throws IOException {
    ArchiveStore archive = open(settings);
    assertEquals(PushOutcome.ARCHIVED, archive.push(SEGMENT.fileName(), source(SEGMENT, 1)));
    assertEquals(
        PushOutcome.ALREADY_ARCHIVED, archive.push(SEGMENT.fileName(), source(SEGMENT, 1)));
    assertThrows(
        ArchiveConflictException.class, () -> archive.push(SEGMENT.fileName(), source(SEGMENT, 2)));
    assertArrayEquals(SampleWal.bytes(SEGMENT, 1), fetch(archive, SEGMENT.fileName()));
    try (InputStream opened = archive.open(SEGMENT).orElseThrow()) {
      assertArrayEquals(SampleWal.bytes(SEGMENT, 1), opened.readAllBytes());
    }
    assertTrue(archive.open(SampleWal.segment(1, 8)).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("settings")
  void isReadFromAnywhere(ArchiveSettings settings) throws IOException {
    ArchiveStore archive = open(settings);
    archive.push(SEGMENT.fileName(), source(SEGMENT, 1));
    byte[] bytes = SampleWal.bytes(SEGMENT, 1);
    for (int from : new int[] {0, 1, 8192, 300_000, bytes.length}) {
      try (InputStream opened = archive.open(SEGMENT).orElseThrow()) {
        opened.skipNBytes(from);
        assertArrayEquals(
            Arrays.copyOfRange(bytes, from, bytes.length), opened.readAllBytes(), "" + from);
      }
    }
  }

  @Test
  void anotherCodecDoesNotStoreTheSameFileTwice() throws IOException {
    open(ArchiveSettings.defaults()).push(SEGMENT.fileName(), source(SEGMENT, 1));
    ArchiveStore encrypting =
        open(ArchiveSettings.defaults().encryptTo(IDENTITY.recipient()).acceptUnencrypted());
    assertEquals(
        PushOutcome.ALREADY_ARCHIVED, encrypting.push(SEGMENT.fileName(), source(SEGMENT, 1)));
    assertThrows(
        ArchiveConflictException.class,
        () -> encrypting.push(SEGMENT.fileName(), source(SEGMENT, 2)));
  }

  @Test
  void twoCodecsAtOnceDoNotBothSucceedWithDifferentContent() throws IOException {
    ArchiveStore plain = open(ArchiveSettings.defaults().compression(Compression.NONE));
    ArchiveStore zstd = open(ArchiveSettings.defaults());
    ObjectSource racing =
        new ObjectSource() {
          private int opened;

          @Override
          public long length() {
            return SampleWal.bytes(SEGMENT, 1).length;
          }

          @Override
          public InputStream open() throws IOException {
            // the second opening encodes: both writers have found the name free by then
            if (++opened == 2) {
              plain.push(SEGMENT.fileName(), source(SEGMENT, 2));
            }
            return source(SEGMENT, 1).open();
          }
        };
    assertThrows(ArchiveConflictException.class, () -> zstd.push(SEGMENT.fileName(), racing));
  }

  @Test
  void tellsRepeatedPushesFromConflictsWithoutTheKey() throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults().encryptTo(IDENTITY.recipient()));
    archive.push(SEGMENT.fileName(), source(SEGMENT, 1));
    assertEquals(
        PushOutcome.ALREADY_ARCHIVED, archive.push(SEGMENT.fileName(), source(SEGMENT, 1)));
    assertThrows(
        ArchiveConflictException.class, () -> archive.push(SEGMENT.fileName(), source(SEGMENT, 2)));
    assertThrows(WrongKeyException.class, () -> fetch(archive, SEGMENT.fileName()));
  }

  @Test
  void refusesWhatIsNotWhatItsNameSays() throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults());
    WalFileName name = SEGMENT.fileName();
    byte[] good = SampleWal.bytes(SEGMENT, 1);
    byte[] half = Arrays.copyOf(good, good.length / 2);
    assertThrows(CorruptFileException.class, () -> archive.push(name, ObjectSource.of(half)));
    assertThrows(
        CorruptFileException.class,
        () -> archive.push(name, ObjectSource.of(new byte[good.length])),
        "zeros");
    assertThrows(
        CorruptFileException.class,
        () -> archive.push(SEGMENT.next().fileName(), ObjectSource.of(good)),
        "a recycled segment");
    WalSegment child = SampleWal.segment(2, 7);
    assertThrows(
        CorruptFileException.class,
        () -> archive.push(name, source(child, 1)),
        "a page of a later timeline");
    assertEquals(PushOutcome.ARCHIVED, archive.push(child.fileName(), ObjectSource.of(good)));
    assertThrows(
        CorruptFileException.class,
        () -> archive.push(WalFileName.parse("00000002.history"), ObjectSource.of(good)));
    assertTrue(archive.inventory().ranges(TimelineId.FIRST).isEmpty(), "something was stored");
  }

  static Stream<ClusterIdentity> otherClusters() {
    ClusterIdentity here = SampleWal.CLUSTER;
    return Stream.of(
        new ClusterIdentity(new SystemIdentifier(42), here.segmentSize(), here.version()),
        new ClusterIdentity(here.systemIdentifier(), here.segmentSize(), PgVersion.PG_16));
  }

  @ParameterizedTest
  @MethodSource("otherClusters")
  void refusesAnotherCluster(ClusterIdentity other) throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults());
    byte[] foreign = SampleWal.bytes(SEGMENT, 1, other);
    assertThrows(
        WrongClusterException.class,
        () -> archive.push(SEGMENT.fileName(), ObjectSource.of(foreign)));
  }

  @Test
  void isBoundToOneCluster() throws IOException {
    assertThrows(
        NotArchivedException.class, () -> ArchiveStore.open(storage, ArchiveSettings.defaults()));
    open(ArchiveSettings.defaults());
    assertEquals(
        SampleWal.CLUSTER, ArchiveStore.open(storage, ArchiveSettings.defaults()).cluster());
    ClusterIdentity larger =
        new ClusterIdentity(
            SampleWal.CLUSTER.systemIdentifier(), WalSegmentSize.DEFAULT, PgVersion.PG_17);
    assertThrows(
        WrongClusterException.class,
        () -> ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), larger));
    ClusterIdentity second =
        new ClusterIdentity(new SystemIdentifier(42), WalSegmentSize.DEFAULT, PgVersion.PG_17);
    assertThrows(
        WrongClusterException.class,
        () -> ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), second));
    assertEquals(1, ArchiveStore.clusters(storage).size());
    ArchiveStore.openOrCreateBesideOthers(storage, ArchiveSettings.defaults(), second);
    ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), second);
    assertEquals(2, ArchiveStore.clusters(storage).size());
    assertThrows(
        IllegalArgumentException.class,
        () -> ArchiveStore.open(storage, ArchiveSettings.defaults()));
  }

  @Test
  void refusesTwoHistoriesOfOneTimeline() throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults());
    WalFileName name = WalFileName.parse("00000002.history");
    assertEquals(PushOutcome.ARCHIVED, archive.push(name, ObjectSource.of(HISTORY)));
    assertEquals(PushOutcome.ALREADY_ARCHIVED, archive.push(name, ObjectSource.of(HISTORY)));
    byte[] other = "1\t0/4000000\tother\n".getBytes(StandardCharsets.US_ASCII);
    assertThrows(ArchiveConflictException.class, () -> archive.push(name, ObjectSource.of(other)));
    assertArrayEquals(HISTORY, archive.history(new TimelineId(2)).content());
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("settings")
  void noFlippedOrMissingByteIsDelivered(ArchiveSettings settings) throws IOException {
    ArchiveStore archive = open(settings);
    archive.push(SEGMENT.fileName(), source(SEGMENT, 1));
    archive.push(WalFileName.parse("00000002.history"), ObjectSource.of(HISTORY));
    for (StoredObject object : storage.list("", "", 100)) {
      boolean history = object.name().contains(".history");
      if (object.name().contains("/index/")
          || !history && !object.name().contains(SEGMENT.toString())) {
        continue;
      }
      WalFileName name = history ? WalFileName.parse("00000002.history") : SEGMENT.fileName();
      byte[] good = read(object.name());
      int step = Math.max(1, good.length / 50);
      for (int at = 0; at < good.length; at += step) {
        byte[] flipped = good.clone();
        flipped[at] ^= 0x10;
        assertDamageIsSeen(archive, name, object.name(), flipped, "byte " + at + " flipped");
        assertDamageIsSeen(archive, name, object.name(), Arrays.copyOf(good, at), "cut at " + at);
      }
      replace(object.name(), good);
    }
  }

  private void assertDamageIsSeen(
      ArchiveStore archive, WalFileName name, String object, byte[] damaged, String what)
      throws IOException {
    replace(object, damaged);
    Path target = directory.resolve("damaged");
    ArchiveException e =
        assertThrows(ArchiveException.class, () -> archive.fetch(name, target), what);
    if (name.equals(SEGMENT.fileName())) {
      assertThrows(
          ArchiveException.class,
          () -> archive.open(SEGMENT).orElseThrow().readAllBytes(),
          () -> "opened " + what);
    }
    assertTrue(e.getMessage().contains(name.toString()), e.getMessage());
    assertFalse(e instanceof NotArchivedException, what + " looks like absence");
    assertFalse(Files.exists(target), what + " reached the target");
  }

  private byte[] read(String name) throws IOException {
    try (InputStream in = storage.open(name)) {
      return in.readAllBytes();
    }
  }

  private void replace(String name, byte[] content) throws IOException {
    storage.delete(name);
    storage.put(name, ObjectSource.of(content));
  }

  @Test
  void anUnknownNeverLooksLikeAbsence() throws IOException {
    FaultyStorage faulty = new FaultyStorage(storage, 1);
    ArchiveStore archive =
        ArchiveStore.openOrCreate(faulty, ArchiveSettings.defaults(), SampleWal.CLUSTER);
    assertThrows(
        NotArchivedException.class,
        () -> archive.fetch(SEGMENT.fileName(), directory.resolve("t")));
    faulty.setUnavailable(true);
    assertThrows(
        StorageUnavailableException.class,
        () -> archive.fetch(SEGMENT.fileName(), directory.resolve("t")));
    assertThrows(StorageUnavailableException.class, () -> archive.contains(SEGMENT.fileName()));
    assertThrows(StorageUnavailableException.class, archive::inventory);
    assertThrows(StorageUnavailableException.class, archive::backups);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aPushThatFailedBeforeOrAfterItsEffectCanBeRepeated(ArchiveSettings settings)
      throws IOException {
    FaultyStorage faulty = new FaultyStorage(storage, 1);
    ArchiveStore archive = ArchiveStore.openOrCreate(faulty, settings, SampleWal.CLUSTER);
    FaultyStorage.Operation storing =
        settings.codec().suffix().isEmpty()
            ? FaultyStorage.Operation.PUT
            : FaultyStorage.Operation.COMMIT;
    WalSegment segment = SEGMENT;
    for (FaultyStorage.Fault fault :
        List.of(FaultyStorage.Fault.BEFORE_EFFECT, FaultyStorage.Fault.AFTER_EFFECT)) {
      segment = segment.next();
      WalSegment now = segment;
      faulty.failNext(storing, fault);
      assertThrows(
          StorageUnavailableException.class, () -> archive.push(now.fileName(), source(now, 1)));
      archive.push(now.fileName(), source(now, 1));
      assertArrayEquals(SampleWal.bytes(now, 1), fetch(archive, now.fileName()));
    }
  }

  @Test
  void listsRangesAndGaps() throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults().compression(Compression.NONE));
    for (long number : new long[] {3, 4, 5, 8, 9, 4095, 4096, 4097}) {
      WalSegment segment = SampleWal.segment(1, number);
      archive.push(segment.fileName(), source(segment, number));
    }
    WalInventory inventory = archive.inventory();
    assertEquals(
        "[timeline 1 from 0/300000 to 0/600000, timeline 1 from 0/800000 to 0/A00000,"
            + " timeline 1 from 0/FFF00000 to 1/200000]",
        inventory.ranges(TimelineId.FIRST).toString());
    assertEquals(8, inventory.segmentCount());
    assertTrue(inventory.contains(SampleWal.segment(1, 9)));
    assertFalse(inventory.contains(SampleWal.segment(1, 7)));
  }

  @Test
  void findsTheNextSegmentAndTheHistoriesWithoutListingEverything() throws IOException {
    try (ArchiveStore archive = open(ArchiveSettings.defaults())) {
      for (WalSegment segment :
          List.of(
              SampleWal.segment(1, 7),
              SampleWal.segment(1, 0x1005),
              SampleWal.segment(2, 9),
              SampleWal.segment(3, 6))) {
        archive.push(segment.fileName(), source(segment, 1));
      }
      archive.push(WalFileName.parse("00000002.history"), ObjectSource.of(HISTORY));
      archive.push(WalFileName.parse("0000000A.history"), ObjectSource.of(HISTORY));
      byte[] partial = SampleWal.bytes(SampleWal.segment(1, 8), 1);
      archive.push(
          WalFileName.parse(SampleWal.segment(1, 8).fileName() + ".partial"),
          ObjectSource.of(partial));

      assertEquals(
          Optional.of(SampleWal.segment(1, 7)), archive.nextSegment(SampleWal.segment(1, 6)));
      assertEquals(
          Optional.of(SampleWal.segment(1, 0x1005)), archive.nextSegment(SampleWal.segment(1, 7)));
      assertEquals(Optional.empty(), archive.nextSegment(SampleWal.segment(1, 0x1005)));
      assertEquals(Optional.empty(), archive.nextSegment(SampleWal.segment(2, 9)));
      assertEquals(
          List.of(2L, 10L),
          archive.histories().stream().map(history -> history.timeline().value()).toList());
    }
  }

  /** Else a receiver could not connect again where many calls of the storage fail. */
  @Test
  void readsEachHistoryOnce() throws IOException {
    FaultyStorage storage = new FaultyStorage(new InMemoryStorage(), 1);
    try (ArchiveStore archive =
        ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), SampleWal.CLUSTER)) {
      archive.push(WalFileName.parse("00000002.history"), ObjectSource.of(HISTORY));
      assertEquals(1, archive.histories().size());
      storage.fail(FaultyStorage.Operation.OPEN, name -> true, FaultyStorage.Fault.BEFORE_EFFECT);
      assertEquals(1, archive.histories().size());
      assertEquals(1, archive.inventory().histories().size());
      storage.delete(SampleWal.CLUSTER.systemIdentifier() + "/wal/00000002.history");
      assertEquals(List.of(), archive.histories());
    }
  }

  @Test
  void aPlainObjectWithoutItsDigestIsNotArchivedYet() throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults().compression(Compression.NONE));
    archive.push(SEGMENT.fileName(), source(SEGMENT, 1));
    for (StoredObject object : storage.list("", "", 100)) {
      if (object.name().endsWith(SEGMENT + ".sha256")) {
        storage.delete(object.name());
      }
    }
    assertEquals(0, archive.inventory().segmentCount());
    assertFalse(archive.contains(SEGMENT.fileName()));
    assertThrows(CorruptFileException.class, () -> fetch(archive, SEGMENT.fileName()));
    assertEquals(
        PushOutcome.ALREADY_ARCHIVED, archive.push(SEGMENT.fileName(), source(SEGMENT, 1)));
    assertArrayEquals(SampleWal.bytes(SEGMENT, 1), fetch(archive, SEGMENT.fileName()));
    assertEquals(1, archive.inventory().segmentCount());
    assertTrue(archive.contains(SEGMENT.fileName()));
  }

  @Test
  void theDigestBesideAPlainObjectIsThatOfTheStoredCopy() throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults().compression(Compression.NONE));
    byte[] stored = oneRecord(0);
    archive.push(SEGMENT.fileName(), ObjectSource.of(stored));
    assertEquals(
        PushOutcome.ALREADY_ARCHIVED,
        archive.push(SEGMENT.fileName(), ObjectSource.of(oneRecord(1))));
    for (StoredObject object : storage.list("", "", 100)) {
      if (object.name().endsWith(SEGMENT + ".sha256")) {
        storage.delete(object.name());
      }
    }
    assertEquals(
        PushOutcome.ALREADY_ARCHIVED,
        archive.push(SEGMENT.fileName(), ObjectSource.of(oneRecord(1))));
    assertArrayEquals(stored, fetch(archive, SEGMENT.fileName()));
  }

  /** A segment of one valid record, and padding of one's choice. */
  private static byte[] oneRecord(int padding) {
    byte[] bytes = SampleWal.bytes(SEGMENT, 1);
    Arrays.fill(bytes, 40, bytes.length, (byte) 0);
    ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(40, 24);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 40, 20);
    record.putInt(60, (int) crc.getValue());
    bytes[bytes.length - 1] = (byte) padding;
    return bytes;
  }

  @Test
  void aBackupWithoutTheDigestOfItsDescriptionDoesNotExist() throws IOException {
    ArchiveStore archive = open(ArchiveSettings.defaults());
    BackupId id = new BackupId("20261122T101024Z-3f9a0c52d1e7");
    String name = SampleWal.CLUSTER.systemIdentifier() + "/backup/" + id + "/backup.json";
    storage.put(name, ObjectSource.of("{}".getBytes(StandardCharsets.US_ASCII)));
    assertEquals(List.of(), archive.backups().usable());
    assertThrows(NotArchivedException.class, () -> archive.backup(id));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aSegmentCountsWhateverElseHasItsName(ArchiveSettings settings) throws IOException {
    ArchiveStore archive = open(settings);
    WalFileName.Segment name = SEGMENT.fileName();
    String backup = "START WAL LOCATION: 0/700028 (file " + SEGMENT + ")\n";
    archive.push(name, source(SEGMENT, 1));
    archive.push(new WalFileName.Partial(name), source(SEGMENT, 1));
    archive.push(
        new WalFileName.BackupHistory(name, 0x28),
        ObjectSource.of(backup.getBytes(StandardCharsets.US_ASCII)));
    assertTrue(archive.inventory().contains(SEGMENT));
    assertEquals(1, archive.inventory().partials().size());
  }
}
