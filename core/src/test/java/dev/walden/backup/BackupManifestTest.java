package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.backup.BackupChecksum.Algorithm;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackupManifestTest {
  private static final ManifestFile IN_TABLESPACE =
      new ManifestFile(
          ManifestPath.of("pg_tblspc/16384/PG_17_202406281/5/16385"),
          8192,
          Instant.parse("2026-11-22T14:04:57Z"),
          Algorithm.CRC32C,
          "228336d6");

  private static final ManifestFile ESCAPED =
      new ManifestFile(
          ManifestPath.of("a \"quoted\" \\ café\u0001\u001f\b\f\n\r\t.."),
          0,
          Instant.EPOCH,
          Algorithm.NONE,
          "");

  private static final ManifestFile ENCODED =
      new ManifestFile(
          ManifestPath.encoded(HexFormat.of().parseHex("62ff2f2e2e2e")),
          Long.MAX_VALUE,
          Instant.parse("9999-12-31T23:59:59Z"),
          Algorithm.SHA224,
          "9b3e61bf29f17c75572fae2e86e17809a4513d07c8a18152acf34521");

  private static final List<WalRange> RANGES =
      List.of(
          new WalRange(new TimelineId(4294967295L), Lsn.parse("A/2000028"), Lsn.parse("A/2000120")),
          new WalRange(new TimelineId(10), Lsn.parse("9/FF000028"), Lsn.parse("A/2000028")));

  private final byte[] manifest = resource();
  private final String text = new String(manifest, UTF_8);

  private static byte[] resource() {
    try (InputStream in = BackupManifestTest.class.getResourceAsStream("backup_manifest")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void readsWhatTheManifestSays() throws IOException {
    ManifestCopy copy = ManifestCopy.read(manifest);
    assertEquals(2, copy.reader().version());
    assertEquals(Optional.of(new SystemIdentifier(-1)), copy.reader().systemIdentifier());
    assertEquals(List.of(IN_TABLESPACE, ESCAPED, ENCODED), copy.files());
    assertEquals(RANGES, copy.reader().walRanges());
    assertFalse(copy.files().get(1).path().isEncoded());
    assertTrue(copy.files().get(2).path().isEncoded());
  }

  @Test
  void writesItAgainByteForByte() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BackupManifestWriter writer = BackupManifestWriter.version2(out, new SystemIdentifier(-1));
    writer.add(IN_TABLESPACE);
    writer.add(ESCAPED);
    writer.add(ENCODED);
    writer.finish(RANGES);
    assertEquals(text, out.toString(UTF_8));
    assertThrows(IllegalStateException.class, () -> writer.add(ENCODED));
  }

  @Test
  void version1DoesNotTellTheCluster() throws IOException {
    byte[] first = ManifestCopy.sealed(version1());
    ManifestCopy copy = ManifestCopy.read(first);
    assertEquals(1, copy.reader().version());
    assertEquals(Optional.empty(), copy.reader().systemIdentifier());
    assertArrayEquals(first, copy.write());
  }

  private String version1() {
    return text.replaceAll("\"System-Identifier.*\\n", "").replace("Version\": 2", "Version\": 1");
  }

  @Test
  void otherVersionsAreUnsupported() {
    byte[] third = ManifestCopy.sealed(text.replace("Version\": 2", "Version\": 3"));
    String message =
        assertThrows(UnsupportedFormatException.class, () -> ManifestCopy.read(third)).getMessage();
    assertTrue(message.contains("version 3"), message);
  }

  @Test
  void nothingIsSaidBeforeTheChecksumIsRight() throws IOException {
    byte[] damaged = text.replace("Size\": 8192", "Size\": 8193").getBytes(UTF_8);
    try (BackupManifestReader reader =
        BackupManifestReader.open("m", new ByteArrayInputStream(damaged))) {
      for (int i = 0; i < 3; i++) {
        assertTrue(reader.nextFile().isPresent());
      }
      assertThrows(IllegalStateException.class, reader::walRanges);
      CorruptFileException e = assertThrows(CorruptFileException.class, reader::nextFile);
      assertEquals("m", e.file());
      assertThrows(IllegalStateException.class, reader::nextFile);
      assertThrows(IllegalStateException.class, reader::walRanges);
    }
  }

  @Test
  void everyFlippedBitIsSeen() {
    for (int bit = 0; bit < 8 * manifest.length; bit++) {
      byte[] damaged = manifest.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(damaged, "bit " + bit);
    }
  }

  @Test
  void everyTornOrLongerManifestIsSeen() {
    for (int length = 0; length < manifest.length; length++) {
      assertRefused(Arrays.copyOf(manifest, length), "length " + length);
    }
    assertRefused((text + "\n").getBytes(UTF_8), "a blank line more");
    assertRefused((text + text).getBytes(UTF_8), "two manifests");
    assertRefused((text.strip() + "  \n").getBytes(UTF_8), "spaces more");
  }

  private static void assertRefused(byte[] content, String what) {
    try {
      ManifestCopy.read(content);
    } catch (CorruptFileException | UnsupportedFormatException e) {
      return;
    } catch (IOException e) {
      throw new AssertionError(what, e);
    }
    throw new AssertionError(what + " was accepted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'Files'                | 'WAL-Ranges'",
        "'\"Files\": ['         | '\"Files\": [], \"Files\": ['",
        "'System-Identifier'    | 'System-identifier'",
        "'18446744073709551615' | '18446744073709551616'",
        "'18446744073709551615' | '-1'",
        "'18446744073709551615' | '\"1\"'",
        "'\"Size\": 8192,'      | ''",
        "'\"Size\": 8192,'      | '\"Size\": -8192,'",
        "'\"Size\": 8192,'      | '\"Size\": 8192.0,'",
        "'\"Size\": 8192,'      | '\"Size\": \"8192\",'",
        "'\"Size\": 8192,'      | '\"Size\": 9223372036854775808,'",
        "'\"Size\": 8192,'      | '\"Size\": 8192, \"Size\": 8192,'",
        "'\"Size\": 8192,'      | '\"Size\": 8192, \"Mode\": 384,'",
        "'\"Size\": 8192,'      | '\"Size\": 8192, \"Encoded-Path\": \"61\",'",
        "'\"Encoded-Path\": \"62ff2f2e2e2e\",' | ''",
        "'62ff2f2e2e2e'         | '62ff2f2e2e2'",
        "'62ff2f2e2e2e'         | '62ff2f2e2e'",
        "'62ff2f2e2e2e'         | '62ff2f2e2g2e'",
        "'62ff2f2e2e2e'         | '2f62'",
        "'62ff2f2e2e2e'         | ''",
        "'62ff2f2e2e2e'         | '6200'",
        "'pg_tblspc/'           | '/pg_tblspc/'",
        "'pg_tblspc/'           | '../pg_tblspc/'",
        "'pg_tblspc/'           | 'pg_tblspc/../'",
        "'pg_tblspc/'           | 'pg_tblspc//'",
        "'pg_tblspc/'           | 'pg_tblspc/./'",
        "'5/16385'              | '5/..'",
        "'5/16385'              | '5/'",
        "'5/16385'              | '\\u0000'",
        "'5/16385'              | '\\ud800'",
        "'22 14:04:57 GMT'      | '22 14:04:57 UTC'",
        "'22 14:04:57 GMT'      | '31 14:04:57 GMT'",
        "'2026-11-22'           | '-2026-11-22'",
        "'2026-11-22'           | '+12026-11-22'",
        "'CRC32C'               | 'CRC32'",
        "'CRC32C'               | 'SHA256'",
        "'228336d6'             | '228336d'",
        "'228336d6'             | '228336D6'",
        "', \"Checksum\": \"228336d6\"' | ''",
        "'\"Checksum-Algorithm\": \"CRC32C\", ' | ''",
        "'\"CRC32C\", \"Checksum\": \"228336d6\"' | '\"NONE\", \"Checksum\": \"\"'",
        "'4294967295'           | '4294967296'",
        "'4294967295'           | '0'",
        "'A/2000120'            | 'A2000120'",
        "'\"End-LSN\": \"A/2000120\"' | '\"End-LSN\": null'",
        "', \"End-LSN\": \"A/2000120\"' | ''",
        "'\"Files\": ['         | '\"Files\": [[],'",
        "'\"Files\": ['         | '\"Files\": [[[[[[[['",
        "'\"Files\": ['         | '\"Files\": [1,'",
        "'\"WAL-Ranges\"'       | '\"Manifest-Checksum\": \"\", \"WAL-Ranges\"'",
      })
  void whatPostgresDoesNotWriteIsRefusedThoughTheChecksumIsRight(String was, String is) {
    assertTrue(text.contains(was));
    byte[] changed = ManifestCopy.sealed(text.replace(was, is));
    CorruptFileException e =
        assertThrows(CorruptFileException.class, () -> ManifestCopy.read(changed));
    assertEquals("backup_manifest", e.file());
  }

  @Test
  void longTextsAreRefused() {
    for (String is : List.of("x".repeat(5000), "x".repeat(50_000), "x/".repeat(1_000_000))) {
      byte[] changed = ManifestCopy.sealed(text.replace("16385", is));
      assertThrows(CorruptFileException.class, () -> ManifestCopy.read(changed));
    }
    byte[] key = ManifestCopy.sealed(text.replace("Size", "Size".repeat(100_000)));
    assertThrows(CorruptFileException.class, () -> ManifestCopy.read(key));
    byte[] number = ManifestCopy.sealed(text.replace("8192", "8192".repeat(100_000)));
    assertThrows(CorruptFileException.class, () -> ManifestCopy.read(number));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{ \"", "{ \"PostgreSQL-Backup-Manifest-Version\": 1", "", "[", "{ \"Files\": \""})
  void endlessJunkIsNotCollected(String begin) {
    AtomicInteger passed = new AtomicInteger();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() throws IOException {
            int at = passed.getAndIncrement();
            if (at > 1 << 20) {
              throw new IOException("a megabyte was read");
            }
            return at < begin.length() ? begin.charAt(at) : begin.endsWith("[") ? '[' : '1';
          }
        };
    assertThrows(CorruptFileException.class, () -> BackupManifestReader.open("m", endless));
  }

  @Test
  void anEndlessPathIsNotCollected() {
    String begin = text.substring(0, text.indexOf("pg_tblspc"));
    InputStream endless =
        new SequenceInputStream(
            new ByteArrayInputStream(begin.getBytes(UTF_8)),
            new InputStream() {
              private int passed;

              @Override
              public int read() throws IOException {
                if (passed++ > 1 << 20) {
                  throw new IOException("a megabyte was read");
                }
                return 'x';
              }
            });
    assertThrows(
        CorruptFileException.class,
        () -> {
          try (BackupManifestReader reader = BackupManifestReader.open("m", endless)) {
            reader.nextFile();
          }
        });
  }

  @Test
  void otherEncodingsAreCorrupt() {
    for (String hex : List.of("0000007bffffffff", "7b000000ffffffff", "007b00ff", "7b00ff00")) {
      assertRefused(HexFormat.of().parseHex(hex), hex);
    }
    assertRefused(text.getBytes(UTF_16LE), "UTF-16");
  }

  @Test
  void theChecksumStandsInALineOfItsOwn() throws IOException {
    String head = text.substring(0, text.indexOf("\n\"Manifest-Checksum"));
    for (String separator : List.of("\n", " ")) {
      byte[] before = (head + separator).getBytes(UTF_8);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(before);
      String hex = HexFormat.of().formatHex(ManifestTail.sha256().digest(before));
      out.write(("\"Manifest-Checksum\": \"" + hex + "\"}\n").getBytes(UTF_8));
      if (separator.equals("\n")) {
        assertEquals(3, ManifestCopy.read(out.toByteArray()).files().size());
      } else {
        assertRefused(out.toByteArray(), "all in one line");
      }
    }
  }

  @Test
  void endlessRangesAreRefused() {
    String range = "{ \"Timeline\": 1, \"Start-LSN\": \"0/1\", \"End-LSN\": \"0/2\" },";
    String many = text.replace("Ranges\": [", "Ranges\": [" + range.repeat(10_000));
    assertThrows(CorruptFileException.class, () -> ManifestCopy.read(ManifestCopy.sealed(many)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 86, 87, 88, 89, 500})
  void shortReadsMakeNoDifference(int most) throws IOException {
    InputStream slow =
        new FilterInputStream(new ByteArrayInputStream(manifest)) {
          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            return super.read(buffer, offset, Math.min(length, most));
          }
        };
    try (BackupManifestReader reader = BackupManifestReader.open("m", slow)) {
      int files = 0;
      while (reader.nextFile().isPresent()) {
        files++;
      }
      assertEquals(3, files);
    }
  }

  @Test
  void aFailingStreamIsNoCorruption() {
    IOException failure = new IOException("connection reset");
    AtomicInteger closed = new AtomicInteger();
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw failure;
          }

          @Override
          public void close() {
            closed.incrementAndGet();
          }
        };
    assertEquals(
        failure, assertThrows(IOException.class, () -> BackupManifestReader.open("m", failing)));
    assertEquals(1, closed.get());
  }

  @Test
  @Tag("long")
  void aMillionFilesAreReadInSmallMemory() throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-Xmx16m",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            MillionFiles.class.getName());
    Process process = command.redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
      assertEquals("1000000 files", output.strip());
    } finally {
      process.destroyForcibly();
    }
  }
}
