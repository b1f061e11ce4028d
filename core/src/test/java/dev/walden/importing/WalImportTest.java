package dev.walden.importing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalImportTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;
  private final GeneratedWal wal = wal(4711);
  private List<WalSegment> segments;
  private ArchiveStore archive;

  private static GeneratedWal wal(long system) {
    return GeneratedWal.begin(
        new ClusterIdentity(
            new SystemIdentifier(system), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17),
        NOON);
  }

  /** Three segments that are full, and one that is not. */
  private static void fill(GeneratedWal wal) {
    for (long xid = 731; wal.completeSegments().size() < 3; xid++) {
      wal.filler(7000);
      wal.commit(xid, NOON.plusSeconds(xid));
    }
    wal.filler(50_000);
    wal.commit(9000, NOON.plusSeconds(9000));
  }

  @BeforeEach
  void generate() throws IOException {
    fill(wal);
    segments = wal.completeSegments();
    for (WalSegment segment : segments) {
      write(segment.toString(), bytes(segment));
    }
    archive =
        ArchiveStore.openOrCreate(
            new InMemoryStorage(), ArchiveSettings.defaults(), WalImport.identity(folder));
  }

  private byte[] bytes(WalSegment segment) throws IOException {
    try (InputStream in = wal.open(segment).orElseThrow()) {
      return in.readAllBytes();
    }
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.write(folder.resolve(name), bytes);
  }

  private WalSegment open() {
    return wal.openSegment().orElseThrow();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private void assertRefused(WalImportReport report, String file, String reason) {
    assertEquals(1, report.refused().size(), report.toString());
    assertEquals(file, report.refused().get(0).file());
    assertTrue(report.refused().get(0).reason().contains(reason), report.toString());
  }

  private void assertBeginning() throws IOException {
    assertFalse(archive.contains(open().fileName()), "not as a whole segment");
    int length = (int) wal.end().minus(open().start());
    try (InputStream in = archive.open(open()).orElseThrow()) {
      assertArrayEquals(Arrays.copyOf(bytes(open()), length), in.readNBytes(length));
    }
  }

  @Test
  void segmentsInSubfoldersAndCompressed() throws IOException {
    Path second = folder.resolve(segments.get(1).toString());
    write("0000000100000000/" + segments.get(1) + ".gz", gzip(Files.readAllBytes(second)));
    Files.delete(second);
    write("notes.txt", new byte[3]);
    WalImportReport report = WalImport.run(folder, archive);
    assertEquals(new WalImportReport(3, 0, List.of(), List.of(), List.of("notes.txt")), report);
    for (WalSegment segment : segments) {
      try (InputStream in = archive.open(segment).orElseThrow()) {
        assertArrayEquals(bytes(segment), in.readAllBytes());
      }
    }
  }

  @Test
  void theSegmentThatACrashedServerWasWriting() throws IOException {
    write(open().toString(), bytes(open()));
    WalImportReport report = WalImport.run(folder, archive);
    assertEquals(List.of(open().fileName()), report.beginnings());
    assertEquals(List.of(), report.refused());
    assertBeginning();
    assertEquals(4, WalImport.run(folder, archive).alreadyArchived());
  }

  @Test
  void aCompressedPartialFileThatIsCutOff() throws IOException {
    byte[] stored = gzip(Arrays.copyOf(bytes(open()), (int) wal.end().minus(open().start()) + 99));
    write(open() + ".gz.partial", Arrays.copyOf(stored, stored.length - 8));
    WalImportReport report = WalImport.run(folder, archive);
    assertEquals(List.of(open().fileName()), report.beginnings(), report.toString());
    assertBeginning();
  }

  @Test
  void aPartialFileWhoseSegmentIsThere() throws IOException {
    write(segments.get(1) + ".partial", Arrays.copyOf(bytes(segments.get(1)), 500_000));
    write(segments.get(2) + ".partial", bytes(segments.get(2)));
    assertEquals(
        new WalImportReport(3, 2, List.of(), List.of(), List.of()), WalImport.run(folder, archive));
  }

  @Test
  void aPartialFileOfAnotherServerIsAConflict() throws IOException {
    WalImport.run(folder, archive);
    GeneratedWal other = wal(4711);
    other.commit(731, NOON.plusSeconds(999));
    other.filler(100_000);
    other.commit(732, NOON.plusSeconds(999));
    try (InputStream in = other.open(segments.get(0)).orElseThrow()) {
      write(segments.get(0) + ".partial", in.readAllBytes());
    }
    assertRefused(WalImport.run(folder, archive), segments.get(0) + ".partial", "differs");
  }

  @Test
  void theFirstSegmentOfATimelineBeginsWithItsParent() throws IOException {
    GeneratedWal promoted = wal.fork().promoted(NOON.plusSeconds(9999));
    promoted.commit(9001, NOON.plusSeconds(10_000));
    promoted.switchSegment();
    promoted.writeInto(folder);
    write(open() + ".partial", bytes(open()));
    WalImportReport report = WalImport.run(folder, archive);
    assertEquals(List.of(), report.refused());
    assertTrue(archive.contains(promoted.completeSegments().get(0).fileName()));
    assertEquals(promoted.history(), archive.history(promoted.timeline()));
    assertEquals(open().fileName(), report.beginnings().get(0), "the end of timeline 1");
  }

  @Test
  void aDamagedSegmentIsRefusedAndTheOthersAreNot() throws IOException {
    byte[] bytes = bytes(segments.get(1));
    bytes[500_000] ^= 1;
    write(segments.get(1).toString(), bytes);
    WalImportReport report = WalImport.run(folder, archive);
    assertRefused(
        report, segments.get(1).toString(), "although the later segment " + segments.get(2));
    assertEquals(2, report.archived());
    assertTrue(archive.open(segments.get(1)).isEmpty(), "nothing of it is archived");
  }

  @Test
  void ofTwoSegmentsThatEndInsideOnlyTheLastIsABeginning() throws IOException {
    for (WalSegment segment : segments.subList(1, 3)) {
      byte[] bytes = bytes(segment);
      bytes[500_000] ^= 1;
      write(segment.toString(), bytes);
    }
    WalImportReport report = WalImport.run(folder, archive);
    assertRefused(
        report, segments.get(1).toString(), "although the later segment " + segments.get(2));
    assertEquals(List.of(segments.get(2).fileName()), report.beginnings());
  }

  @Test
  void recycledSegmentsDoNotMakeTheLastOneDamaged() throws IOException {
    write(open().toString(), bytes(open()));
    write(open().next().toString(), bytes(segments.get(0)));
    WalImportReport report = WalImport.run(folder, archive);
    assertRefused(report, open().next().toString(), "recycled");
    assertEquals(List.of(open().fileName()), report.beginnings());
    assertBeginning();
  }

  @Test
  void aSegmentThatCpDidNotFinish() throws IOException {
    write(segments.get(2).toString(), Arrays.copyOf(bytes(segments.get(2)), 300_000));
    assertRefused(WalImport.run(folder, archive), segments.get(2).toString(), "300000 bytes long");
  }

  @Test
  void anotherClusterIsRefused() throws IOException {
    GeneratedWal other = wal(4712);
    fill(other);
    WalSegment segment = other.completeSegments().get(0);
    try (InputStream in = other.open(segment).orElseThrow()) {
      write(segment.toString(), in.readAllBytes());
    }
    assertRefused(WalImport.run(folder, archive), segment.toString(), "system identifier 4712");
  }

  @Test
  void otherPiecesOfTheLastSegmentAreAConflict() throws IOException {
    byte[] bytes = bytes(open());
    byte[] different = bytes.clone();
    different[9000] ^= 1;
    archive.tail(open()).put(0, Arrays.copyOf(different, 20_000));
    write(open() + ".partial", bytes);
    assertRefused(WalImport.run(folder, archive), open() + ".partial", "differs");
  }

  @Test
  void junkIsRefusedByATypedError() throws IOException {
    write(segments.get(0) + ".lz4", new byte[] {4, 0x22, 0x4D, 0x18, 1, 2, 3, 4, 5, 6, 7, 8});
    write(segments.get(1) + ".zst", new byte[100]);
    write("00000002.history", new byte[] {1, 2, 3});
    WalImportReport report = WalImport.run(folder, archive);
    assertEquals(3, report.refused().size(), report.toString());
    assertEquals(3, report.archived());
  }

  @Test
  void aFolderWithoutWalHasNoCluster() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    ArchiveException e = assertThrows(CorruptFileException.class, () -> WalImport.identity(empty));
    assertTrue(e.getMessage().contains("has no WAL segment"), e.getMessage());
  }
}
