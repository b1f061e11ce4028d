package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import dev.walden.UnsupportedFormatException;
import dev.walden.WrongKeyException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderTest {
  private static final byte[] PLAIN = Samples.bytes(100_000);
  private static final String SHARE = "A".repeat(43);

  static List<Codec> codecs() {
    return Samples.codecs();
  }

  @ParameterizedTest
  @CsvSource({
    "a/b.zst.age, a/b",
    "a/b.gz.age, a/b",
    "a/b.age, a/b",
    "a/b.zst, a/b",
    "a/b.tar.zst, a/b.tar",
    "a/b, a/b",
    "a/b.age.zst, a/b.age",
    "a/b.zst.zst, a/b.zst",
    "a/b.history, a/b.history"
  })
  void theNameTellsThePlainName(String objectName, String plainName) {
    assertEquals(plainName, Decoder.plainName(objectName));
  }

  @Test
  void bytesThatAreNotWhatTheSuffixSaysAreRefused() throws IOException {
    for (Codec written : codecs()) {
      byte[] stored = Samples.encode(written, PLAIN);
      for (Codec read : codecs()) {
        boolean same = written.suffix().equals(read.suffix());
        if (!same && !read.suffix().isEmpty() && !read.suffix().equals(".age")) {
          assertThrows(
              CorruptFileException.class,
              () -> Samples.decode("x" + read.suffix(), stored),
              written.suffix() + " read as " + read.suffix());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void moreThanTheLimitIsAnError(Codec codec) throws IOException {
    byte[] bomb = Samples.encode(codec, new byte[1_000_000]);
    String name = "x" + codec.suffix();
    for (long limit : new long[] {0, 1, 65536, 999_999}) {
      IOException e = assertThrows(CorruptFileException.class, () -> decode(name, bomb, limit));
      assertTrue(e.getMessage().contains("more than " + limit), e.getMessage());
    }
    assertEquals(1_000_000, decode(name, bomb, 1_000_000).length);
    assertEquals(1_000_000, decode(name, bomb, Long.MAX_VALUE).length);
    byte[] empty = Samples.encode(codec, new byte[0]);
    assertEquals(0, decode(name, empty, 0).length);
    assertThrows(IllegalArgumentException.class, () -> decode(name, empty, -1));
  }

  /** A reader that takes exactly the bytes it expects, and never asks for the end. */
  @Test
  void theEndIsCheckedOnceTheLimitIsReached() throws IOException {
    Codec codec = new Codec(Compression.ZSTD, Encryption.none());
    byte[] stored = Samples.encode(codec, PLAIN);
    stored[stored.length - 1] ^= 1;
    InputStream in = new ByteArrayInputStream(stored);
    try (InputStream plain = Decoder.decode("x.zst", in, Samples.KEYS, PLAIN.length)) {
      assertThrows(CorruptFileException.class, () -> plain.readNBytes(PLAIN.length));
      assertThrows(CorruptFileException.class, plain::read, "and it stays failed");
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void whatTheStoredStreamThrowsPassesUnchanged(Codec codec) throws IOException {
    byte[] stored = Samples.encode(codec, PLAIN);
    for (int good = 0; good < stored.length; good += good < 600 ? 1 : 997) {
      Breaking breaking = new Breaking(stored, good);
      IOException thrown =
          assertThrows(IOException.class, () -> drainTwice(codec.suffix(), breaking));
      assertSame(breaking.failure, thrown, "after " + good);
      assertTrue(breaking.closed);
    }
  }

  private static void drainTwice(String suffix, InputStream stored) throws IOException {
    try (InputStream in = Decoder.decode("x" + suffix, stored, Samples.KEYS, 1 << 20)) {
      IOException first = assertThrows(IOException.class, in::readAllBytes);
      assertSame(first, assertThrows(IOException.class, in::read));
      throw first;
    }
  }

  /** Fails once, and would go on afterwards. */
  private static final class Breaking extends InputStream {
    private final StorageUnavailableException failure = new StorageUnavailableException("gone");
    private final InputStream in;
    private int good;
    private boolean closed;

    Breaking(byte[] bytes, int good) {
      this.in = new ByteArrayInputStream(bytes);
      this.good = good;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (good == 0) {
        good = Integer.MAX_VALUE;
        throw failure;
      }
      int read = in.read(bytes, offset, Math.min(length, good));
      good -= read;
      return read;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void aKeyThatDoesNotFitIsNotDamage() throws IOException {
    byte[] toRecipient = Samples.encode(new Codec(Compression.ZSTD, Samples.toIdentity()), PLAIN);
    byte[] withPassphrase =
        Samples.encode(
            new Codec(Compression.ZSTD, Encryption.withPassphrase(Samples.PASSPHRASE)), PLAIN);
    DecryptionKeys wrong =
        DecryptionKeys.of(List.of(Samples.OTHER)).and(AgePassphrase.of("wrong".toCharArray(), 1));
    for (DecryptionKeys keys : List.of(wrong, DecryptionKeys.none())) {
      String message = wrongKey(toRecipient, keys);
      assertTrue(message.contains("wal/x.zst.age") && message.contains("X25519"), message);
      message = wrongKey(withPassphrase, keys);
      assertTrue(message.contains("wal/x.zst.age") && message.contains("scrypt"), message);
      assertFalse(message.contains("wrong") || message.contains("SECRET"), message);
    }
  }

  private static String wrongKey(byte[] stored, DecryptionKeys keys) {
    return assertThrows(
            WrongKeyException.class, () -> Samples.decode("wal/x.zst.age", stored, keys))
        .getMessage();
  }

  @Test
  void theDigestIsReadWithoutAKey() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(PLAIN);
    byte[] stored = withDigest(Samples.toIdentity(), digest);
    InputStream head = new ByteArrayInputStream(stored, 0, Decoder.MAX_HEADER_LENGTH);
    assertArrayEquals(digest, claimed("x.zst.age", head).orElseThrow());
    assertArrayEquals(PLAIN, Samples.decode("x.zst.age", stored));
  }

  @Test
  void noDigestIsStoredWithAPassphraseOrWithoutEncryption() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(PLAIN);
    byte[] secret = withDigest(Encryption.withPassphrase(Samples.PASSPHRASE), digest);
    assertEquals(Optional.empty(), claimed("x.zst.age", new ByteArrayInputStream(secret)));
    byte[] open = withDigest(Encryption.none(), digest);
    assertEquals(Optional.empty(), claimed("x.zst", new ByteArrayInputStream(open)));
    assertArrayEquals(PLAIN, Samples.decode("x.zst", open));
  }

  @Test
  void aDigestOfSomethingElseIsFoundAtTheEnd() throws IOException {
    byte[] stored = withDigest(Samples.toIdentity(), new byte[32]);
    IOException e =
        assertThrows(CorruptFileException.class, () -> Samples.decode("x.zst.age", stored));
    assertTrue(e.getMessage().contains("SHA-256"), e.getMessage());
  }

  private static Optional<byte[]> claimed(String name, InputStream stored) throws IOException {
    return Decoder.plainSha256(name, stored, TrustedWriters.anybody());
  }

  private static byte[] withDigest(Encryption encryption, byte[] digest) throws IOException {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    Provenance provenance = Provenance.of(Claim.of("x", digest), Optional.empty());
    Codec codec = new Codec(Compression.ZSTD, encryption);
    try (EncodingOutputStream out = codec.encode(sink, provenance)) {
      out.write(PLAIN);
      out.finish();
    }
    return sink.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({"30, 22", "99, 22", "23, 22", "16, 15"})
  void aWorkFactorAboveTheLimitIsRefusedWithoutWorking(int demanded, int limit) {
    byte[] stored = header("-> scrypt " + "A".repeat(22) + " " + demanded + "\n" + SHARE + "\n");
    DecryptionKeys keys = Samples.KEYS.withMaxWorkFactor(limit);
    IOException e =
        assertThrows(CorruptFileException.class, () -> Samples.decode("x.age", stored, keys));
    assertTrue(e.getMessage().contains("work factor " + demanded), e.getMessage());
  }

  @Test
  void aWorkFactorBeyondTheHeapIsRefusedWithoutWorking() {
    byte[] stored = header("-> scrypt " + "A".repeat(22) + " 22\n" + "A".repeat(43) + "\n");
    assertThrows(UnsupportedFormatException.class, () -> Samples.decode("x.age", stored));
  }

  @Test
  void headersThatGrowWithoutEndAreRefused() {
    assertCorrupt(header("-> x " + "y".repeat(100_000)));
    assertCorrupt(header("-> x\n\n".repeat(257)));
    assertCorrupt(header(("-> x\n" + ("A".repeat(64) + "\n").repeat(20) + "\n").repeat(100)));
    assertCorrupt(header("-> x\n" + ("A".repeat(64) + "\n").repeat(2000)));
  }

  @Test
  void aPointOfLowOrderIsRefused() {
    String zero = "A".repeat(43);
    IOException e = assertCorrupt(header("-> X25519 " + zero + "\n" + zero + "\n"));
    assertTrue(e.getMessage().contains("low order"), e.getMessage());
  }

  @Test
  void otherFormatsOfAgeAreToldFromDamage() {
    for (String start : List.of("age-encryption.org/v2\n", "-----BEGIN AGE ENCRYPTED FILE-----")) {
      byte[] stored = start.getBytes(StandardCharsets.US_ASCII);
      assertThrows(UnsupportedFormatException.class, () -> Samples.decode("x.age", stored));
    }
  }

  /** A frame that asks for a window of 3.75 TiB, then for one of 16 MiB. */
  @Test
  void aZstdWindowThatNeedsTooMuchMemoryIsRefused() {
    for (String window : List.of("FF", "70")) {
      byte[] frame = HexFormat.of().parseHex("28B52FFD04" + window + "010000" + "99E9D851");
      assertThrows(CorruptFileException.class, () -> Samples.decode("x.zst", frame));
    }
  }

  @Test
  void aZstdFrameWithoutChecksumIsRefused() {
    byte[] frame = HexFormat.of().parseHex("28B52FFD0000010000");
    IOException e = assertThrows(CorruptFileException.class, () -> Samples.decode("x.zst", frame));
    assertTrue(e.getMessage().contains("checksum"), e.getMessage());
  }

  private static byte[] header(String stanzas) {
    String end = "--- " + "A".repeat(43) + "\n" + "\0".repeat(64);
    return ("age-encryption.org/v1\n" + stanzas + end).getBytes(StandardCharsets.US_ASCII);
  }

  private static IOException assertCorrupt(byte[] stored) {
    return assertThrows(CorruptFileException.class, () -> Samples.decode("x.age", stored));
  }

  private static byte[] decode(String name, byte[] stored, long limit) throws IOException {
    InputStream in = new ByteArrayInputStream(stored);
    try (InputStream plain = Decoder.decode(name, in, Samples.KEYS, limit)) {
      return plain.readAllBytes();
    }
  }
}
