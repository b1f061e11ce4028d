package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;

class DecompressorProperties {
  private static final int LENGTH = 3000;

  @Provide
  static Arbitrary<String> suffixes() {
    return Arbitraries.of(List.of(".gz", ".zst", ".lz4"));
  }

  private static byte[] plain(long seed) {
    byte[] bytes = new byte[LENGTH];
    // the second half can be compressed
    new Random(seed).nextBytes(bytes);
    Arrays.fill(bytes, LENGTH / 2, LENGTH, (byte) seed);
    return bytes;
  }

  private static byte[] compressed(String suffix, byte[] plain) throws IOException {
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (suffix) {
          case ".gz" -> Compression.GZIP.encoder(stored, ZstdSettings.defaults());
          case ".zst" -> Compression.ZSTD.encoder(stored, ZstdSettings.defaults());
          default -> new FramedLZ4CompressorOutputStream(stored);
        }) {
      out.write(plain);
    }
    return stored.toByteArray();
  }

  private static byte[] read(String suffix, byte[] stored, long limit) throws IOException {
    try (InputStream in =
        Decompressor.open("file" + suffix, new ByteArrayInputStream(stored), limit)) {
      return in.readAllBytes();
    }
  }

  @Property(tries = 30)
  void givesWhatWasCompressed(@ForAll("suffixes") String suffix, @ForAll long seed)
      throws IOException {
    byte[] plain = plain(seed);
    byte[] stored = compressed(suffix, plain);
    assertArrayEquals(plain, read(suffix, stored, LENGTH));
    assertThrows(CorruptFileException.class, () -> read(suffix, stored, LENGTH - 1));
    byte[] twice = Arrays.copyOf(stored, 2 * stored.length);
    System.arraycopy(stored, 0, twice, stored.length, stored.length);
    assertEquals(2 * LENGTH, read(suffix, twice, 2 * LENGTH).length, "two frames");
  }

  @Property(tries = 600)
  void neverThrowsAnythingElseThanCorruption(
      @ForAll("suffixes") String suffix,
      @ForAll long seed,
      @ForAll @IntRange(max = 5) int changes,
      @ForAll boolean cut)
      throws IOException {
    Random random = new Random(seed);
    byte[] stored = compressed(suffix, plain(seed));
    for (int i = 0; i < changes; i++) {
      // headers matter most
      int at = random.nextInt(random.nextBoolean() ? 20 : stored.length);
      stored[at] = (byte) random.nextInt();
    }
    if (cut) {
      stored = Arrays.copyOf(stored, random.nextInt(stored.length));
    }
    try {
      assertTrue(read(suffix, stored, 1 << 20).length <= 1 << 20);
    } catch (CorruptFileException e) {
      assertTrue(e.getMessage().contains("file" + suffix), e.getMessage());
    }
  }
}
