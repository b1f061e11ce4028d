package dev.walden.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlFileTest {

  // what pg_controldata said about the samples
  @ParameterizedTest
  @CsvSource({
    "14, 7710996453129163104, 0/16EFE00, 733, 2026-11-22T14:04:27Z, false",
    "15, 7710996448615608636, 0/14F4A88, 724, 2026-11-22T14:04:26Z, false",
    "16, 7710996455311802738, 0/14DDE18, 730, 2026-11-22T14:04:28Z, false",
    "17, 7710996457589797253, 0/3000028, 740, 2026-11-22T14:04:57Z, false",
    "18, 7710996450632917326, 0/174D2C8, 752, 2026-11-22T14:04:27Z, true"
  })
  void readsFilesOfPostgres(
      int major, String id, String checkpoint, long nextXid, Instant time, boolean checksums)
      throws Exception {
    ControlFile file = ControlFile.parse("pg_control", ControlFileSamples.of(major));
    assertEquals(
        new ClusterIdentity(
            SystemIdentifier.parse(id), WalSegmentSize.DEFAULT, PgVersion.ofMajor(major)),
        file.identity());
    assertEquals(ControlFile.State.SHUT_DOWN, file.state());
    assertEquals(time, file.time());
    Lsn location = Lsn.parse(checkpoint);
    assertEquals(
        new ControlFile.Checkpoint(
            location, location, TimelineId.FIRST, TimelineId.FIRST, nextXid, time),
        file.checkpoint());
    assertEquals(checksums, file.dataChecksums());
    assertEquals(Lsn.ZERO, file.minRecoveryPoint());
    assertTrue(file.minRecoveryPointTimeline().isEmpty());
    assertFalse(file.backupEndRequired());
    assertEquals(8192, file.blockSize());
    assertEquals(131072, file.blocksPerRelationFile());
    assertEquals(
        new ControlFile.Settings(ControlFile.WalLevel.REPLICA, false, 100, 8, 10, 0, 64, false),
        file.settings());
  }

  @Test
  void tellsOtherVersions() throws IOException {
    assertUnsupported("PostgreSQL 13", with(14, 12, 202007201));
    assertUnsupported("202107180", with(14, 12, 202107180)); // a beta of 14
    assertUnsupported("202406281", with(14, 12, 202406281)); // two versions that contradict
    assertUnsupported("PostgreSQL 19", with(18, 8, 1902));
    assertUnsupported("1201", with(18, 8, 1201));
    assertUnsupported("big-endian", with(18, 8, Integer.reverseBytes(1800)));
    assertUnsupported("16384", with(18, 224, 16384));
  }

  private static void assertUnsupported(String named, byte[] content) {
    String message =
        assertThrows(
                UnsupportedFormatException.class, () -> ControlFile.parse("pg_control", content))
            .getMessage();
    assertTrue(message.contains(named), message);
  }

  @ParameterizedTest
  @CsvSource({
    "8, 0",
    "16, 7",
    "16, -1",
    "28, 2147483647", // the upper half of a time
    "48, 0",
    "52, 0",
    "108, 2147483647", // likewise
    "172, 3",
    "172, -1",
    "204, 4",
    "208, 1",
    "216, 8191",
    "228, 1048577"
  })
  void impossibleFieldsAreCorruptThoughTheCrcIsRight(int offset, int value) throws IOException {
    byte[] content = with(17, offset, value);
    assertThrows(CorruptFileException.class, () -> ControlFile.parse("pg_control", content));
  }

  private static byte[] with(int major, int offset, int value) throws IOException {
    byte[] content = ControlFileSamples.of(major);
    ControlFileSamples.view(content).putInt(offset, value);
    return ControlFileSamples.sealed(content);
  }

  @Test
  void everyFlippedBitUpToTheCrcIsSeen() throws IOException {
    byte[] sample = ControlFileSamples.of(18);
    for (int bit = 0; bit < 296 * 8; bit++) {
      byte[] content = sample.clone();
      content[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(ArchiveException.class, () -> ControlFile.parse("pg_control", content));
    }
  }

  @Test
  void otherLengthsAreCorrupt() throws IOException {
    for (int length : new int[] {0, 8, 296, ControlFile.SIZE - 1, ControlFile.SIZE + 1}) {
      byte[] content = Arrays.copyOf(ControlFileSamples.of(16), length);
      assertThrows(CorruptFileException.class, () -> ControlFile.parse("pg_control", content));
    }
  }

  @Test
  void aTornReadIsTriedAgain() throws IOException {
    byte[] whole = ControlFileSamples.of(17);
    byte[] torn = whole.clone();
    torn[40]++;
    AtomicInteger reads = new AtomicInteger();
    ControlFile file =
        ControlFileRead.of("pg_control", () -> reads.incrementAndGet() < 4 ? torn : whole);
    assertEquals(4, reads.get());
    assertEquals(ControlFile.parse("pg_control", whole), file);
  }

  @Test
  void aDamagedFileIsNotReadForEver(@TempDir Path data) throws IOException {
    AtomicInteger reads = new AtomicInteger();
    assertThrows(
        CorruptFileException.class,
        () ->
            ControlFileRead.of(
                "pg_control",
                () -> {
                  reads.incrementAndGet();
                  return new byte[ControlFile.SIZE];
                }));
    assertEquals(ControlFileRead.ATTEMPTS, reads.get());

    assertThrows(NoSuchFileException.class, () -> ControlFile.read(data));
    Files.createDirectory(data.resolve("global"));
    Path path = Files.write(data.resolve("global/pg_control"), new byte[0]);
    CorruptFileException e = assertThrows(CorruptFileException.class, () -> ControlFile.read(data));
    assertEquals(path.toString(), e.file());
  }
}
