package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

class CodecProperties {
  @Property(tries = 200)
  void everyCodecGivesBackWhatItWasGiven(
      @ForAll("codecs") Codec codec, @ForAll byte[] plain, @ForAll @IntRange(max = 9) int factor)
      throws IOException {
    byte[] longer = new byte[plain.length * factor * 300];
    for (int i = 0; i < longer.length; i++) {
      longer[i] = (byte) (plain[i % plain.length] + i / 1000);
    }
    byte[] stored = Samples.encode(codec, longer);
    assertArrayEquals(longer, Samples.decode("x" + codec.suffix(), stored));
  }

  @Property
  void junkIsOnlyEverAnArchiveException(
      @ForAll("codecs") Codec codec, @ForAll("starts") byte[] start, @ForAll byte[] junk)
      throws IOException {
    byte[] stored = new byte[start.length + junk.length];
    System.arraycopy(start, 0, stored, 0, start.length);
    System.arraycopy(junk, 0, stored, start.length, junk.length);
    decodeOrRefuse("x" + codec.suffix(), stored);
  }

  @Tag("long")
  @Property
  void anOverwrittenPieceIsOnlyEverAnArchiveException(
      @ForAll("codecs") Codec codec, @ForAll byte[] junk, @ForAll @IntRange(max = 2000) int at)
      throws IOException {
    byte[] stored = Samples.encode(codec, Samples.bytes(2000));
    for (int i = 0; i < junk.length && at + i < stored.length; i++) {
      stored[at + i] = junk[i];
    }
    decodeOrRefuse("x" + codec.suffix(), stored);
  }

  @Property
  void headersOfAnyShapeAreOnlyEverAnArchiveException(@ForAll("headers") String header)
      throws IOException {
    decodeOrRefuse("x.age", ("age-encryption.org/v1\n" + header).getBytes(StandardCharsets.UTF_8));
  }

  private static void decodeOrRefuse(String name, byte[] stored) throws IOException {
    try {
      Samples.decode(name, stored);
    } catch (ArchiveException e) {
      assertTrue(e.getMessage().contains(name), e.getMessage());
    }
  }

  @Provide
  Arbitrary<Codec> codecs() {
    return Arbitraries.of(Samples.codecs());
  }

  @Provide
  Arbitrary<byte[]> starts() {
    return Arbitraries.of(
        new byte[0],
        new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x04},
        new byte[] {0x1F, (byte) 0x8B, 8},
        new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, 0},
        AgeHeaderReader.VERSION_LINE.clone());
  }

  @Provide
  Arbitrary<String> headers() {
    String key = "A".repeat(43);
    return Arbitraries.of(
            "-> ",
            "X25519",
            "scrypt",
            DigestStanza.TYPE,
            " ",
            "\n",
            "---",
            key,
            "AA",
            "A",
            "=",
            "1",
            "15",
            "99999999999",
            "-1",
            "\u00e9",
            "A".repeat(22),
            "A".repeat(64),
            "\0")
        .list()
        .ofMaxSize(24)
        .map(words -> String.join("", words));
  }
}
