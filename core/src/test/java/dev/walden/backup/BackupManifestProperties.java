package dev.walden.backup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class BackupManifestProperties {
  private static final WalRange RANGE = new WalRange(TimelineId.FIRST, new Lsn(1), new Lsn(2));

  @Provide
  Arbitrary<ManifestFile> files() {
    Arbitrary<byte[]> names =
        Arbitraries.bytes()
            .filter(b -> b != 0 && b != '/')
            .array(byte[].class)
            .ofMinSize(1)
            .ofMaxSize(9)
            .filter(name -> !List.of(".", "..").contains(new String(name, ISO_8859_1)));
    Arbitrary<ManifestPath> paths =
        Combinators.combine(names, names, Arbitraries.of(true, false))
            .as(
                (a, b, encoded) -> {
                  String path = new String(a, ISO_8859_1) + "/" + new String(b, ISO_8859_1);
                  return encoded
                      ? ManifestPath.encoded(path.getBytes(ISO_8859_1))
                      : ManifestPath.of(path.getBytes(UTF_8));
                });
    Arbitrary<Instant> times =
        Arbitraries.longs().between(-62167219200L, 253402300799L).map(Instant::ofEpochSecond);
    Arbitrary<BackupChecksum> checksums =
        Arbitraries.of(BackupChecksum.Algorithm.class).map(BackupChecksum.Algorithm::start);
    return Combinators.combine(
            paths, Arbitraries.longs().greaterOrEqual(0), times, checksums, Arbitraries.bytes())
        .as(
            (path, size, time, checksum, content) -> {
              checksum.update(new byte[] {content}, 0, 1);
              return new ManifestFile(path, size, time, checksum.algorithm(), checksum.finish());
            });
  }

  @Property
  void manifestsReadBack(
      @ForAll @Size(max = 5) List<@From("files") ManifestFile> files,
      @ForAll long cluster,
      @ForAll boolean first)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BackupManifestWriter writer =
        first
            ? BackupManifestWriter.version1(out)
            : BackupManifestWriter.version2(out, new SystemIdentifier(cluster));
    for (ManifestFile file : files) {
      writer.add(file);
    }
    writer.finish(List.of(RANGE));
    ManifestCopy copy = ManifestCopy.read(out.toByteArray());
    assertEquals(files, copy.files());
    assertEquals(List.of(RANGE), copy.reader().walRanges());
    assertArrayEquals(out.toByteArray(), copy.write());
  }

  @Property
  void junkIsRefusedByType(@ForAll byte[] junk, @ForAll @IntRange(max = 500) int behind)
      throws IOException {
    byte[] manifest = sample();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(manifest, 0, Math.min(behind, manifest.length - 1));
    out.write(junk);
    assertThrows(ArchiveException.class, () -> ManifestCopy.read(out.toByteArray()));
  }

  /** Damage that its author hid: the checksum is right. */
  @Property
  void forgeriesAreReadOrRefusedByType(
      @ForAll @LongRange(max = 10_000) long at,
      @ForAll @Size(max = 3) byte[] inserted,
      @ForAll @IntRange(max = 4) int removed)
      throws IOException {
    String manifest = new String(sample(), ISO_8859_1);
    int from = (int) (at % (manifest.length() - 90));
    String forged =
        manifest.substring(0, from)
            + new String(inserted, ISO_8859_1)
            + manifest.substring(from + removed);
    try {
      ManifestCopy.read(ManifestCopy.sealed(forged.getBytes(ISO_8859_1))).write();
    } catch (CorruptFileException e) {
      assertEquals("backup_manifest", e.file());
    } catch (UnsupportedFormatException e) {
      // the number of the version was hit
    }
  }

  private static byte[] sample() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BackupManifestWriter writer = BackupManifestWriter.version2(out, new SystemIdentifier(5));
    for (BackupChecksum.Algorithm algorithm : BackupChecksum.Algorithm.values()) {
      ManifestPath path = ManifestPath.of("base/5/" + algorithm);
      BackupChecksum checksum = algorithm.start();
      writer.add(new ManifestFile(path, 1, Instant.EPOCH, algorithm, checksum.finish()));
    }
    writer.finish(List.of(RANGE));
    return out.toByteArray();
  }
}
