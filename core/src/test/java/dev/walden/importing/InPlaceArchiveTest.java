package dev.walden.importing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.CorruptFileException;
import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.PushOutcome;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InPlaceArchiveTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final int SEGMENTS = 5;

  @TempDir Path directory;
  private final ClusterIdentity cluster =
      new ClusterIdentity(
          new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17);
  private final InMemoryStorage kept = new InMemoryStorage();
  private Path folder;
  private GeneratedWal wal;
  private List<WalSegment> segments;
  private ArchiveStore archive;

  /** The second segment is compressed, and the last one not whole. */
  @BeforeEach
  void importInPlace() throws IOException {
    folder = Files.createDirectory(directory.resolve("wal"));
    wal = GeneratedWal.begin(cluster, NOON);
    for (long xid = 731; wal.completeSegments().size() < SEGMENTS; xid++) {
      wal.filler(7000);
      wal.commit(xid, NOON.plusSeconds(xid));
    }
    segments = new ArrayList<>(wal.completeSegments());
    for (WalSegment segment : segments) {
      Files.write(file(segment), bytes(segment));
    }
    Files.delete(file(segments.get(1)));
    gzip(segments.get(1));
    wal.filler(50_000);
    wal.commit(9000, NOON.plusSeconds(9000));
    Files.write(folder.resolve(open() + ".partial"), bytes(open()));
    archive = InPlaceArchive.openOrCreate(kept, cluster);
    WalImportReport report = WalImport.run(folder, archive);
    assertEquals(List.of(), report.refused());
    assertEquals(List.of(open().fileName()), report.beginnings());
  }

  private void gzip(WalSegment segment) throws IOException {
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve(segment + ".gz")))) {
      out.write(bytes(segment));
    }
  }

  private WalSegment open() {
    return wal.openSegment().orElseThrow();
  }

  private Path file(WalSegment segment) {
    return folder.resolve(segment.toString());
  }

  private byte[] bytes(WalSegment segment) throws IOException {
    try (InputStream in = wal.open(segment).orElseThrow()) {
      return in.readAllBytes();
    }
  }

  private byte[] fetched(WalSegment segment) throws IOException {
    Path target = directory.resolve("fetched");
    archive.fetch(segment.fileName(), target);
    return Files.readAllBytes(target);
  }

  @Test
  void absenceIsUnknownWhileACopyOfWhatIsKeptIsUnavailable() throws IOException {
    FaultyStorage full = new FaultyStorage(kept, 1);
    try (ArchiveStore copied =
        InPlaceArchive.open(CopiedStorage.of(new InMemoryStorage(), full).required(1).open())) {
      WalFileName name = segments.get(0).fileName();
      assertTrue(copied.contains(name));
      full.setUnavailable(true);
      assertThrows(StorageUnavailableException.class, () -> copied.contains(name));
      assertThrows(
          StorageUnavailableException.class,
          () -> copied.fetch(name, directory.resolve("fetched")));
    }
  }

  @Test
  void whatIsReadIsWhatWasFound() throws IOException {
    for (WalSegment segment : segments) {
      assertArrayEquals(bytes(segment), fetched(segment), segment.toString());
      try (InputStream in = archive.open(segment).orElseThrow()) {
        assertArrayEquals(bytes(segment), in.readAllBytes());
      }
    }
    assertEquals(
        1, archive.inventory().withTails().ranges(segments.get(0).timeline()).size(), "no gap");
    archive = InPlaceArchive.open(kept);
    assertArrayEquals(bytes(segments.get(1)), fetched(segments.get(1)));
    long bytes = 0;
    for (StoredObject object : kept.list("", "", 1000)) {
      bytes += object.length();
    }
    assertTrue(bytes < 100_000, "not a copy: " + bytes);
  }

  @Test
  void itIsNoArchiveForWhoeverDoesNotKnow() {
    assertThrows(
        NotArchivedException.class, () -> ArchiveStore.open(kept, ArchiveSettings.defaults()));
  }

  @Test
  void whatIsGoneIsNotCalledAbsent() throws IOException {
    Files.delete(file(segments.get(2)));
    String message =
        assertThrows(StorageUnavailableException.class, () -> fetched(segments.get(2)))
            .getMessage();
    assertTrue(message.contains(file(segments.get(2)).toString()), message);
  }

  @Test
  void whatIsCompressedLaterIsFound() throws IOException {
    Files.delete(file(segments.get(2)));
    gzip(segments.get(2));
    assertArrayEquals(bytes(segments.get(2)), fetched(segments.get(2)));
    assertEquals(0, WalImport.run(folder, archive).archived());
  }

  /** pg_receivewal renames it when it goes on to the next one. */
  @Test
  void aPartialFileIsCopied() throws IOException {
    WalSegment last = segments.get(SEGMENTS - 1);
    archive = InPlaceArchive.openOrCreate(new InMemoryStorage(), cluster);
    Files.move(file(last), folder.resolve(last + ".partial"));
    WalImport.run(folder, archive);
    Files.delete(folder.resolve(last + ".partial"));
    assertArrayEquals(bytes(last), fetched(last));
  }

  @Test
  void whatHasChangedIsDamaged() throws IOException {
    byte[] changed = bytes(segments.get(0));
    changed[changed.length / 2] ^= 1;
    assertRefused(segments.get(0), changed, "SHA-256");
    assertRefused(segments.get(0), new byte[100], "shorter");
    assertRefused(segments.get(0), new byte[changed.length + 1], "more than");
    Files.delete(folder.resolve(segments.get(1) + ".gz"));
    Files.write(folder.resolve(segments.get(1) + ".gz"), new byte[100]);
    assertThrows(CorruptFileException.class, () -> fetched(segments.get(1)));
  }

  private void assertRefused(WalSegment segment, byte[] content, String reason) throws IOException {
    Files.write(file(segment), content);
    String message = assertThrows(CorruptFileException.class, () -> fetched(segment)).getMessage();
    assertTrue(message.contains(reason), message);
  }

  @Test
  void importedOnceOnly() throws IOException {
    assertEquals(0, WalImport.run(folder, archive).archived());
    assertEquals(
        PushOutcome.ALREADY_ARCHIVED,
        archive.push(segments.get(1).fileName(), ObjectSource.of(bytes(segments.get(1)))));
    GeneratedWal other = GeneratedWal.begin(cluster, NOON);
    other.filler(3 << 20);
    WalSegment segment = other.completeSegments().get(0);
    byte[] bytes;
    try (InputStream in = other.open(segment).orElseThrow()) {
      bytes = in.readAllBytes();
    }
    assertThrows(
        ArchiveConflictException.class,
        () -> archive.push(segment.fileName(), ObjectSource.of(bytes)));
  }

  /** However long the pages are, and wherever they begin. */
  @Test
  void aReferenceIsListedWhereItsObjectWouldBe() throws IOException {
    Storage storage = new InPlaceStorage(kept);
    List<StoredObject> all = storage.list("", "", 1000);
    List<String> names = all.stream().map(StoredObject::name).toList();
    assertEquals(names.stream().sorted().distinct().toList(), names);
    assertEquals(
        SEGMENTS, all.stream().filter(object -> object.length() == 1 << 20).count(), "" + all);
    for (int limit = 1; limit <= names.size(); limit++) {
      List<StoredObject> paged = new ArrayList<>();
      List<StoredObject> page = storage.list("", "", limit);
      while (!page.isEmpty()) {
        paged.addAll(page);
        page = storage.list("", page.get(page.size() - 1).name(), limit);
      }
      assertEquals(all, paged);
    }
    for (StoredObject object : all) {
      assertEquals(object, storage.find(object.name()).orElseThrow());
      assertEquals(object, storage.list(object.name(), "", 1).get(0));
      try (InputStream whole = storage.open(object.name());
          InputStream some = storage.open(object.name(), 100, 50)) {
        byte[] bytes = whole.readAllBytes();
        assertEquals(object.length(), bytes.length);
        int from = Math.min(100, bytes.length);
        assertArrayEquals(
            Arrays.copyOfRange(bytes, from, Math.min(150, bytes.length)), some.readAllBytes());
      }
    }
  }

  @Test
  void whatIsDeletedIsGone() throws IOException {
    Storage storage = new InPlaceStorage(kept);
    StoredObject segment =
        storage.list("", "", 1000).stream()
            .filter(object -> object.length() == 1 << 20)
            .findFirst()
            .orElseThrow();
    assertTrue(storage.delete(segment.name()));
    assertTrue(storage.find(segment.name()).isEmpty());
    assertTrue(Files.exists(file(segments.get(0))), "what was found stays");
  }
}
