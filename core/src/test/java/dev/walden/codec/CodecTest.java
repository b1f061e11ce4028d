package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
  static List<Codec> codecs() {
    return Samples.codecs();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 131072, 131073, 5_000_000})
  void everyCodecGivesBackWhatItWasGiven(int length) throws IOException {
    byte[] plain = Samples.bytes(length);
    for (Codec codec : codecs()) {
      byte[] stored = Samples.encode(codec, plain);
      assertArrayEquals(plain, Samples.decode("x" + codec.suffix(), stored), codec.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void writesAndReadsOfAnySizeAreTheSame(Codec codec) throws IOException {
    byte[] plain = Samples.bytes(200_000);
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    try (EncodingOutputStream out = codec.encode(sink)) {
      for (int i = 0, step = 0; i < plain.length; step = step * 3 % 70_001 + 1) {
        int part = Math.min(step, plain.length - i);
        out.write(plain, i, part);
        i += part;
        if (i < plain.length) {
          out.write(plain[i++]);
        }
      }
      out.finish();
    }
    ByteArrayOutputStream back = new ByteArrayOutputStream();
    InputStream stored = new ByteArrayInputStream(sink.toByteArray());
    String name = "x" + codec.suffix();
    try (InputStream in = Decoder.decode(name, stored, Samples.KEYS, plain.length)) {
      for (int b = in.read(); b >= 0; b = in.read()) {
        back.write(b);
        back.writeBytes(in.readNBytes(777));
      }
    }
    assertArrayEquals(plain, back.toByteArray());
  }

  @Test
  void theSuffixNamesTheCodecsInOrder() {
    assertEquals("", new Codec(Compression.NONE, Encryption.none()).suffix());
    assertEquals(".gz", new Codec(Compression.GZIP, Encryption.none()).suffix());
    assertEquals(".zst.age", new Codec(Compression.ZSTD, Samples.toIdentity()).suffix());
  }

  @Test
  void anyOneRecipientReads() throws IOException {
    Encryption both =
        Encryption.toRecipients(List.of(Samples.OTHER.recipient(), Samples.IDENTITY.recipient()));
    byte[] stored = Samples.encode(new Codec(Compression.ZSTD, both), Samples.bytes(1000));
    for (AgeIdentity identity : List.of(Samples.IDENTITY, Samples.OTHER)) {
      DecryptionKeys keys = DecryptionKeys.of(List.of(identity));
      assertArrayEquals(Samples.bytes(1000), Samples.decode("x.zst.age", stored, keys));
    }
  }

  @Tag("long")
  @Test
  void zstdSettingsChangeTheSizeButNotTheContent() throws IOException {
    byte[] plain = new byte[8_000_000];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = (byte) (i * i % 251 ^ i >> 12);
    }
    Codec thorough = new Codec(Compression.ZSTD, Encryption.none(), new ZstdSettings(19, 0));
    Codec parallel = new Codec(Compression.ZSTD, Encryption.none(), new ZstdSettings(1, 2));
    byte[] small = Samples.encode(thorough, plain);
    byte[] fast = Samples.encode(parallel, plain);
    assertTrue(small.length < fast.length, small.length + " and " + fast.length);
    assertArrayEquals(plain, Samples.decode("x.zst", small));
    assertArrayEquals(plain, Samples.decode("x.zst", fast));
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ZstdSettings(0, 0));
    assertThrows(IllegalArgumentException.class, () -> new ZstdSettings(20, 0));
    assertThrows(IllegalArgumentException.class, () -> new ZstdSettings(1, -1));
    assertThrows(IllegalArgumentException.class, () -> Encryption.toRecipients(List.of()));
    List<AgeRecipient> many = Collections.nCopies(129, Samples.IDENTITY.recipient());
    assertThrows(IllegalArgumentException.class, () -> Encryption.toRecipients(many));
  }

  @Test
  void theMostRecipientsAllowedCanBeRead() throws Exception {
    List<AgeRecipient> many = Collections.nCopies(128, Samples.IDENTITY.recipient());
    Codec codec = new Codec(Compression.NONE, Encryption.toRecipients(many));
    byte[] plain = Samples.bytes(10);
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    try (EncodingOutputStream out =
        codec.encode(sink, Samples.signed(MessageDigest.getInstance("SHA-256").digest(plain)))) {
      out.write(plain);
      out.finish();
    }
    assertArrayEquals(plain, Samples.decode("x.age", sink.toByteArray()));
  }

  @Test
  void encryptionThatIsImpossibleFailsBeforeAnythingIsStored() {
    AgePassphrase tooDear = AgePassphrase.of("x".toCharArray(), 22);
    Encryption encryption = Encryption.withPassphrase(tooDear);
    assertThrows(IllegalStateException.class, () -> new Codec(Compression.NONE, encryption));
  }

  @Test
  void nothingShowsAPassphrase() {
    AgePassphrase passphrase = AgePassphrase.of("hunter2".toCharArray(), 1);
    Codec codec = new Codec(Compression.ZSTD, Encryption.withPassphrase(passphrase));
    String shown = codec + " " + DecryptionKeys.none().and(passphrase) + " " + passphrase;
    assertTrue(!shown.contains("hunter2"), shown);
  }

  @Test
  void aSegmentCostsLittleGarbage() throws IOException {
    Codec codec = new Codec(Compression.ZSTD, Samples.toIdentity());
    byte[] segment = Samples.bytes(16 << 20);
    byte[] stored = Samples.encode(codec, segment);
    encode(codec, segment);
    decode(stored);
    long start = allocated();
    encode(codec, segment);
    long encoded = allocated();
    decode(stored);
    long decoded = allocated();
    assertTrue(encoded - start < 1 << 20, "encoding: " + (encoded - start) + " bytes");
    assertTrue(decoded - encoded < 1 << 20, "decoding: " + (decoded - encoded) + " bytes");
  }

  private static void encode(Codec codec, byte[] plain) throws IOException {
    try (EncodingOutputStream out = codec.encode(OutputStream.nullOutputStream())) {
      out.write(plain);
      out.finish();
    }
  }

  private static void decode(byte[] stored) throws IOException {
    InputStream in = new ByteArrayInputStream(stored);
    try (InputStream plain = Decoder.decode("x.zst.age", in, Samples.KEYS, 16 << 20)) {
      plain.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
