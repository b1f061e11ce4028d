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
import dev.walden.UntrustedObjectException;
import dev.walden.WrongKeyException;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.archive.inventory.WalTail;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.backup.WalRange;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.Compression;
import dev.walden.codec.Encryption;
import dev.walden.codec.WriterKey;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.testing.wal.RandomWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Segments in pieces: what was put comes back, or an error. */
class TailTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final AgeIdentity IDENTITY = AgeIdentity.generate(new SecureRandom());
  private static final ArchiveSettings ENCRYPTING =
      ArchiveSettings.defaults().encryptTo(IDENTITY.recipient());

  private static final WriterKey KEY = WriterKey.generate(new SecureRandom());
  private static final ArchiveSettings SIGNING =
      ENCRYPTING.decryptWith(IDENTITY).signWith(KEY).trustWriter(KEY.publicKey());

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final GeneratedWal wal = wal(3);
  private final WalSegment open = wal.openSegment().orElseThrow();
  private final byte[] bytes = received(wal, open);

  /** Some segments, and the beginning of one. */
  private static GeneratedWal wal(long seed) {
    Random random = new Random(seed);
    GeneratedWal wal = GeneratedWal.begin(SampleWal.CLUSTER, NOON);
    RandomWal more = new RandomWal(wal, random, NOON);
    more.add(60);
    while (wal.openSegment().isEmpty()
        || wal.end().minus(wal.openSegment().get().start()) < 20_000) {
      more.add(1);
    }
    return wal;
  }

  /** A segment up to where its records end. */
  private static byte[] received(GeneratedWal wal, WalSegment segment) {
    try (InputStream in = wal.open(segment).orElseThrow()) {
      byte[] all = in.readAllBytes();
      long end = wal.end().minus(segment.start());
      return end < all.length ? Arrays.copyOf(all, (int) end) : all;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<ArchiveSettings> settings() {
    return Stream.of(
        ArchiveSettings.defaults(),
        ArchiveSettings.defaults().compression(Compression.NONE),
        ENCRYPTING.decryptWith(IDENTITY),
        ENCRYPTING.compression(Compression.NONE).decryptWith(IDENTITY),
        SIGNING);
  }

  private ArchiveStore archive(ArchiveSettings settings) throws IOException {
    return ArchiveStore.openOrCreate(storage, settings.indexing(false), SampleWal.CLUSTER);
  }

  /** Puts the bytes up to an end, in pieces of random length. */
  private static void put(TailWriter writer, byte[] bytes, int end, Random random)
      throws IOException {
    while (writer.end() < end) {
      int length = 1 + random.nextInt(1 + end / 3);
      int to = Math.min(end, writer.end() + length);
      writer.put(writer.next(), Arrays.copyOfRange(bytes, writer.next(), to));
    }
  }

  private void put(ArchiveStore archive, WalSegment segment, byte[] content, int end)
      throws IOException {
    put(archive.tail(segment), content, end, new Random(end));
  }

  private FetchOutcome fetch(ArchiveStore archive, WalSegment segment) throws IOException {
    return archive.fetch(segment.fileName(), directory.resolve("fetched"));
  }

  private void assertFetched(ArchiveStore archive, int end) throws IOException {
    assertEquals(FetchOutcome.BEGINNING, fetch(archive, open));
    byte[] padded = Arrays.copyOf(Arrays.copyOf(bytes, end), open.size().bytes());
    assertArrayEquals(padded, Files.readAllBytes(directory.resolve("fetched")));
    try (InputStream in = archive.open(open).orElseThrow()) {
      assertArrayEquals(padded, in.readAllBytes());
    }
    assertEquals(
        List.of(open.start().plus(end)),
        archive.inventory().tails().stream().map(WalTail::end).toList());
  }

  private List<String> pieces() {
    return storage.list("", "", 10_000).stream()
        .map(StoredObject::name)
        .filter(name -> name.contains(".tail") && !name.endsWith(".sha256"))
        .toList();
  }

  @Test
  void aPieceThatNobodyTrustedSignedIsRefused() throws IOException {
    try (ArchiveStore archive = archive(SIGNING);
        ArchiveStore forger = archive(ENCRYPTING)) {
      archive.tail(open).put(0, Arrays.copyOf(bytes, 9000));
      byte[] signed = archive.open(open).orElseThrow().readAllBytes();
      assertArrayEquals(Arrays.copyOf(bytes, 9000), Arrays.copyOf(signed, 9000));
      forger.tail(open).put(0, Arrays.copyOf(bytes, 9500));
      assertThrows(UntrustedObjectException.class, () -> archive.open(open));
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void comesBackFromPiecesOfSeveralWriters(ArchiveSettings settings) throws IOException {
    ArchiveStore archive = archive(settings);
    assertThrows(NotArchivedException.class, () -> fetch(archive, open));
    assertTrue(archive.open(open).isEmpty());
    put(archive, open, bytes, 8192);
    assertFetched(archive, 8192);
    // one that died early, and one that got further
    put(archive, open, bytes, 8192);
    put(archive, open, bytes, bytes.length);
    assertFetched(archive, bytes.length);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void damageIsAnErrorAndNotAnEnd(ArchiveSettings settings) throws IOException {
    Random random = new Random(7);
    ArchiveStore archive = archive(settings);
    put(archive, open, bytes, bytes.length);
    List<String> names = pieces();
    assertTrue(names.size() > 2, names::toString);
    int harmless = 0;
    for (int round = 0; round < 60; round++) {
      String name = names.get(random.nextInt(names.size()));
      byte[] stored;
      try (InputStream in = storage.open(name)) {
        stored = in.readAllBytes();
      }
      storage.delete(name);
      byte[] damaged = stored.clone();
      int place = random.nextInt(stored.length);
      if (round % 3 == 0) {
        damaged = Arrays.copyOf(stored, place);
      } else {
        damaged[place] ^= (byte) (1 << random.nextInt(8));
      }
      storage.put(name, ObjectSource.of(damaged));
      try {
        // a bit of a zstd frame's header can be wrong without a wrong byte coming out
        assertFetched(archive, bytes.length);
        harmless++;
      } catch (ArchiveException e) {
        assertFalse(e instanceof NotArchivedException, e::toString);
        assertTrue(e.getMessage().contains(name), e::toString);
      }
      storage.delete(name);
      storage.put(name, ObjectSource.of(stored));
    }
    boolean header =
        settings.codec().compression() != Compression.NONE
            && settings.codec().encryption().equals(Encryption.none());
    assertTrue(harmless <= (header ? 4 : 0), harmless + " of 60 damages did nothing");
    assertFetched(archive, bytes.length);
  }

  @Test
  void aMissingPieceIsAnErrorAndNotAnEnd() throws IOException {
    ArchiveStore archive = archive(ArchiveSettings.defaults());
    put(archive, open, bytes, bytes.length);
    List<String> names = pieces();
    for (String name : names.subList(0, names.size() - 1)) {
      byte[] stored;
      try (InputStream in = storage.open(name)) {
        stored = in.readAllBytes();
      }
      storage.delete(name);
      CorruptFileException e =
          assertThrows(CorruptFileException.class, () -> fetch(archive, open), name);
      assertTrue(e.getMessage().contains("no piece holds"), e::toString);
      storage.put(name, ObjectSource.of(stored));
    }
  }

  @Test
  void aPieceWithoutItsDigestWasNeverAcknowledged() throws IOException {
    ArchiveStore archive = archive(ArchiveSettings.defaults().compression(Compression.NONE));
    TailWriter writer = archive.tail(open);
    writer.put(0, Arrays.copyOf(bytes, 8192));
    writer.put(8192, Arrays.copyOfRange(bytes, 8192, bytes.length));
    List<String> names = pieces();
    storage.delete(names.get(1) + ".sha256");
    assertFetched(archive, 8192);
    storage.delete(names.get(0) + ".sha256");
    assertThrows(NotArchivedException.class, () -> fetch(archive, open));
  }

  @Test
  void writersThatDisagreeAreAConflict() throws IOException {
    ArchiveStore archive = archive(ArchiveSettings.defaults());
    put(archive, open, bytes, bytes.length);
    byte[] other = bytes.clone();
    other[5000] ^= 1;
    archive.tail(open).put(0, Arrays.copyOf(other, 8192));
    ArchiveConflictException e =
        assertThrows(ArchiveConflictException.class, () -> fetch(archive, open));
    assertTrue(e.getMessage().contains("offset 5000"), e::toString);
  }

  @Test
  void whatIsNoValidWalIsAnError() throws IOException {
    for (int place : new int[] {60, 9000, bytes.length - 20}) {
      byte[] other = bytes.clone();
      other[place] ^= 64;
      ArchiveStore archive =
          ArchiveStore.openOrCreate(
              new InMemoryStorage(), ArchiveSettings.defaults(), SampleWal.CLUSTER);
      put(archive, open, other, other.length);
      assertThrows(CorruptFileException.class, () -> fetch(archive, open), "at " + place);
    }
  }

  @Test
  void everyEndOfARecordOrAPageIsAnEnd() throws IOException {
    int tried = 0;
    for (long seed = 5; tried <= 20; seed++) {
      assertTrue(seed < 30, "tried " + tried);
      tried += fetchEveryBeginning(wal(seed), seed);
    }
  }

  private int fetchEveryBeginning(GeneratedWal world, long seed) throws IOException {
    WalSegment segment = world.openSegment().orElseThrow();
    RandomWal more = new RandomWal(world, new Random(seed), NOON);
    for (int i = 0; i < 200 && world.openSegment().equals(Optional.of(segment)); i++) {
      more.add(1);
    }
    byte[] all;
    try (InputStream in = world.open(segment).orElseThrow()) {
      all = in.readAllBytes();
    }
    int tried = 0;
    for (var record : more.records()) {
      for (Lsn lsn :
          List.of(record.endLsn(), record.endLsn().plus(8191 & -record.endLsn().value()))) {
        long offset = lsn.minus(segment.start());
        if (offset > 0 && offset <= world.end().minus(segment.start()) && offset < all.length) {
          byte[] beginning = Arrays.copyOf(all, (int) offset);
          ArchiveStore archive =
              ArchiveStore.openOrCreate(
                  new InMemoryStorage(), ArchiveSettings.defaults(), SampleWal.CLUSTER);
          archive.tail(segment).put(0, beginning);
          assertEquals(FetchOutcome.BEGINNING, fetch(archive, segment), lsn::toString);
          tried++;
        }
      }
    }
    return tried;
  }

  @Test
  void aBeginningBeforeALaterSegmentIsAHole() throws IOException {
    ArchiveStore archive = archive(ArchiveSettings.defaults());
    put(archive, open, bytes, bytes.length);
    archive.tail(open.next()).put(0, SampleWal.bytes(open.next(), 1));
    CorruptFileException e = assertThrows(CorruptFileException.class, () -> fetch(archive, open));
    assertTrue(e.getMessage().contains("the later " + open.next()), e::toString);
    WalInventory inventory = archive.inventory().withTails();
    assertFalse(inventory.contains(open));
    assertTrue(inventory.contains(open.next()));
  }

  @Test
  void theWholeSegmentCountsBeforeItsPieces() throws IOException {
    ArchiveStore archive = archive(ENCRYPTING.decryptWith(IDENTITY));
    WalSegment first = wal.completeSegments().get(0);
    byte[] whole = received(wal, first);
    TailWriter writer = archive.tail(first);
    put(writer, whole, whole.length, new Random(1));
    assertEquals(FetchOutcome.WHOLE, fetch(archive, first));
    assertArrayEquals(whole, Files.readAllBytes(directory.resolve("fetched")));
    assertFalse(archive.contains(first.fileName()));
    put(archive, first, whole, 9000);
    byte[] other = whole.clone();
    other[100] ^= 1;
    archive.tail(first).put(0, Arrays.copyOf(other, 9000));
    assertThrows(ArchiveConflictException.class, () -> fetch(archive, first));
    archive.push(first.fileName(), ObjectSource.of(whole));
    assertEquals(FetchOutcome.WHOLE, fetch(archive, first));
    int before = pieces().size();
    // a host without the key can tell, too
    archive(ENCRYPTING).tail(first).removeOthers(ObjectSource.of(whole));
    assertEquals(1, pieces().size(), "of " + before + ", all but the one that differs");
    assertEquals(FetchOutcome.WHOLE, fetch(archive, first));
  }

  @Test
  void leftoversAreTidiedByWhoHasTheKey() throws IOException {
    ArchiveStore archive = archive(ENCRYPTING.decryptWith(IDENTITY));
    List<WalSegment> segments = wal.completeSegments();
    WalSegment whole = segments.get(0);
    WalSegment complete = segments.get(1);
    archive.push(whole.fileName(), ObjectSource.of(received(wal, whole)));
    put(archive, whole, received(wal, whole), 20_000);
    put(archive, complete, received(wal, complete), complete.size().bytes());
    WalSegment last = segments.get(2);
    put(archive, last, received(wal, last), 16384);
    List<String> before = pieces();
    archive(ENCRYPTING).tidyTails();
    assertEquals(before, pieces());
    archive.tidyTails();
    assertTrue(archive.contains(complete.fileName()));
    assertFalse(archive.contains(last.fileName()));
    assertTrue(pieces().stream().allMatch(name -> name.contains(last.toString())), "" + pieces());
    assertThrows(WrongKeyException.class, () -> fetch(archive(ENCRYPTING), last));
  }

  @Test
  void piecesStayUntilTheWholeSegmentIsInEnoughCopies() throws IOException {
    InMemoryStorage other = new InMemoryStorage();
    FaultyStorage away = new FaultyStorage(other, 1);
    ArchiveSettings settings = ArchiveSettings.defaults().indexing(false);
    WalSegment segment = wal.completeSegments().get(0);
    byte[] whole = received(wal, segment);
    try (CopiedStorage copies =
            CopiedStorage.of()
                .copy("one", () -> storage)
                .copy("other", () -> away)
                .required(2)
                .open();
        ArchiveStore archive = ArchiveStore.openOrCreate(copies, settings, SampleWal.CLUSTER)) {
      put(archive, segment, whole, whole.length);
      // whoever pushed it died on the way to the other copy
      archive(settings).push(segment.fileName(), ObjectSource.of(whole));
      away.setUnavailable(true);
      assertThrows(StorageUnavailableException.class, archive::tidyTails);
      away.setUnavailable(false);
      List<String> pieces = pieces();
      assertFalse(pieces.isEmpty());
      archive.tidyTails();
      assertTrue(pieces().isEmpty());
    }
    try (ArchiveStore left = ArchiveStore.openOrCreate(other, settings, SampleWal.CLUSTER)) {
      assertEquals(FetchOutcome.WHOLE, fetch(left, segment));
    }
  }

  @Test
  void theInventoryEndsWhereThePiecesEnd() throws IOException {
    ArchiveStore archive = archive(ArchiveSettings.defaults());
    List<WalSegment> segments = wal.completeSegments();
    archive.push(segments.get(0).fileName(), ObjectSource.of(received(wal, segments.get(0))));
    put(archive, segments.get(1), received(wal, segments.get(1)), open.size().bytes());
    put(archive, segments.get(2), received(wal, segments.get(2)), 16384);
    WalInventory inventory = archive.inventory();
    Lsn start = segments.get(0).start();
    assertEquals(
        List.of(new WalRange(TimelineId.FIRST, start, segments.get(0).end())),
        inventory.ranges(TimelineId.FIRST));
    WalInventory all = inventory.withTails();
    Lsn end = segments.get(2).start().plus(16384);
    assertEquals(List.of(new WalRange(TimelineId.FIRST, start, end)), all.ranges(TimelineId.FIRST));
    assertEquals(end, new WalPath(all, dev.walden.wal.TimelineHistory.first()).from(start).end());
    assertEquals(3, all.segmentCount());
    assertTrue(all.storedBytes(segments.get(2)).orElse(0) > 0);
  }

  @Test
  void smallPiecesAreRepeatedAndRemoved() throws IOException {
    archive(ArchiveSettings.defaults());
    ArchiveLayout layout = new ArchiveLayout(SampleWal.CLUSTER.systemIdentifier());
    ArchiveSettings settings = ArchiveSettings.defaults();
    PieceStore objects =
        new PieceStore(
            storage,
            settings,
            layout,
            new WalFileStore(
                storage,
                settings,
                layout,
                new WalFileCheck(SampleWal.CLUSTER),
                new ConflictAdvice(
                    () -> new WalInventory.Builder(SampleWal.CLUSTER).build(), layout)));
    long[] now = {0};
    TailWriter writer = new TailWriter(objects, open, () -> now[0]);
    for (int end = 24; end <= bytes.length; end += 24) {
      writer.put(writer.next(), Arrays.copyOfRange(bytes, writer.next(), end));
    }
    int end = writer.end();
    assertEquals(end / 24, pieces().size(), "removed before the time");
    now[0] = Duration.ofSeconds(11).toNanos();
    writer.removeRepeated();
    assertTrue(pieces().size() <= 48, pieces().size() + " pieces of " + end / 24);
    byte[] beginning =
        new TailReader(objects, new WalFileCheck(SampleWal.CLUSTER)).read(open).orElseThrow();
    assertArrayEquals(Arrays.copyOf(bytes, end), beginning);
    writer.remove();
    assertEquals(List.of(), pieces());
  }

  @Test
  void failuresOfTheStorageLoseNothing() throws IOException {
    for (long seed = 1; seed <= 20; seed++) {
      FaultyStorage faulty = new FaultyStorage(new InMemoryStorage(), seed);
      ArchiveStore archive =
          ArchiveStore.openOrCreate(
              faulty, seed % 2 == 0 ? ENCRYPTING : ArchiveSettings.defaults(), SampleWal.CLUSTER);
      ArchiveStore reader =
          ArchiveStore.open(
              faulty, ArchiveSettings.defaults().decryptWith(IDENTITY).acceptUnencrypted());
      Random random = new Random(seed);
      TailWriter writer = archive.tail(open);
      List<Integer> acknowledged = new ArrayList<>(List.of(0));
      faulty.failAtRandom(0.2, EnumSet.of(Fault.BEFORE_EFFECT, Fault.AFTER_EFFECT));
      while (writer.end() < bytes.length) {
        int from = random.nextBoolean() ? writer.next() : writer.end();
        int to = Math.min(bytes.length, writer.end() + 1 + random.nextInt(3000));
        byte[] piece = Arrays.copyOfRange(bytes, from, to);
        for (boolean done = false; !done; ) {
          try {
            writer.put(from, piece);
            acknowledged.add(to);
            done = true;
          } catch (StorageUnavailableException e) {
            // again
          }
        }
      }
      faulty.failAtRandom(0, EnumSet.noneOf(Fault.class));
      assertEquals(FetchOutcome.BEGINNING, fetch(reader, open), faulty::toString);
      byte[] fetched = Files.readAllBytes(directory.resolve("fetched"));
      assertArrayEquals(bytes, Arrays.copyOf(fetched, bytes.length), faulty::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void thePiecesOfOneCopyMayBeDamaged(ArchiveSettings settings) throws IOException {
    InMemoryStorage second = new InMemoryStorage();
    try (CopiedStorage copies =
        CopiedStorage.of().copy("one", () -> storage).copy("two", () -> second).open()) {
      ArchiveStore archive =
          ArchiveStore.openOrCreate(copies, settings.indexing(false), SampleWal.CLUSTER);
      put(archive, open, bytes, bytes.length);
      Random random = new Random(1);
      for (StoredObject object : storage.list("", "", 1000)) {
        CopiedArchiveTest.damage(storage, object.name(), random);
      }
      Path target = directory.resolve("segment");
      assertEquals(FetchOutcome.BEGINNING, archive.fetch(open.fileName(), target));
      assertArrayEquals(bytes, Arrays.copyOf(Files.readAllBytes(target), bytes.length));
      assertFalse(copies.status().get(0).damaged().isEmpty());
    }
  }
}
