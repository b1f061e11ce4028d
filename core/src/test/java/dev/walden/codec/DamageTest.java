package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damages a small object in every place. */
@Tag("long")
class DamageTest {
  private static final String NAME = "wal/00000001/0000000100000007";
  private static final byte[] PLAIN = Samples.bytes(300);

  static List<Codec> encrypting() {
    return Samples.codecs().stream().filter(codec -> codec.suffix().endsWith(".age")).toList();
  }

  static List<Codec> encoding() {
    return Samples.codecs().stream().filter(codec -> !codec.suffix().isEmpty()).toList();
  }

  @ParameterizedTest
  @MethodSource("encrypting")
  void everyFlippedBitOfAnEncryptedObjectIsFound(Codec codec) throws Exception {
    byte[] stored = stored(codec);
    for (int i = 0; i < stored.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = stored.clone();
        damaged[i] ^= (byte) (1 << bit);
        assertRefused(codec, damaged, "bit " + bit + " of byte " + i);
      }
    }
  }

  /** A header of gzip or zstd has bits without a meaning; the content never changes unseen. */
  @ParameterizedTest
  @MethodSource("encoding")
  void noFlippedBitChangesTheContentUnseen(Codec codec) throws Exception {
    byte[] stored = stored(codec);
    for (int i = 0; i < 8 * stored.length; i++) {
      byte[] damaged = stored.clone();
      damaged[i / 8] ^= (byte) (1 << i % 8);
      try {
        assertArrayEquals(PLAIN, Samples.decode(NAME + codec.suffix(), damaged), "bit " + i);
      } catch (ArchiveException e) {
        assertTrue(e.getMessage().contains(NAME + codec.suffix()), e.getMessage());
      }
    }
  }

  @Test
  void everyFlippedBitOfAGzipTrailerIsFound() throws Exception {
    Codec codec = new Codec(Compression.GZIP, Encryption.none());
    byte[] stored = stored(codec);
    for (int i = 8 * (stored.length - 8); i < 8 * stored.length; i++) {
      byte[] damaged = stored.clone();
      damaged[i / 8] ^= (byte) (1 << i % 8);
      assertRefused(codec, damaged, "bit " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("encoding")
  void everyTruncationIsFound(Codec codec) throws Exception {
    byte[] stored = stored(codec);
    for (int length = 0; length < stored.length; length++) {
      assertRefused(codec, Arrays.copyOf(stored, length), "cut to " + length);
    }
  }

  @ParameterizedTest
  @MethodSource("encoding")
  void whateverIsAppendedIsFound(Codec codec) throws Exception {
    byte[] stored = stored(codec);
    for (int b = 0; b < 256; b++) {
      byte[] longer = Arrays.copyOf(stored, stored.length + 1);
      longer[stored.length] = (byte) b;
      assertRefused(codec, longer, "byte " + b + " appended");
    }
    for (int more : new int[] {2, 16, 17, 65536, 70_000}) {
      byte[] longer = Arrays.copyOf(stored, stored.length + more);
      assertRefused(codec, longer, more + " zeros appended");
    }
  }

  @ParameterizedTest
  @MethodSource("encrypting")
  void anEncryptedObjectCannotBeContinuedByAnother(Codec codec) throws Exception {
    byte[] stored = stored(codec);
    byte[] twice = Arrays.copyOf(stored, 2 * stored.length);
    System.arraycopy(stored, 0, twice, stored.length, stored.length);
    assertRefused(codec, twice, "twice");
  }

  /** Chunks of a payload that are whole but in the wrong place, or missing. */
  @Test
  void chunksCannotBeMovedOrLeftOut() throws Exception {
    Codec codec = new Codec(Compression.NONE, Samples.toIdentity());
    byte[] stored = Samples.encode(codec, Samples.bytes(3 * 65536));
    int chunk = 65536 + 16;
    int payload = stored.length - 3 * chunk;
    byte[] swapped = stored.clone();
    System.arraycopy(stored, payload, swapped, payload + chunk, chunk);
    System.arraycopy(stored, payload + chunk, swapped, payload, chunk);
    assertRefused(codec, swapped, "swapped");
    for (int kept = 0; kept < 3; kept++) {
      assertRefused(codec, Arrays.copyOf(stored, payload + kept * chunk), kept + " chunks kept");
    }
    byte[] without = Arrays.copyOf(stored, payload + 2 * chunk);
    System.arraycopy(stored, payload + 2 * chunk, without, payload + chunk, chunk);
    assertRefused(codec, without, "the middle chunk left out");
  }

  /** What no encoder writes: the bytes end with a full chunk, and an empty one is the last. */
  @Test
  void anEmptyLastChunkIsOnlyForAnEmptyObject() throws Exception {
    assertRefused(
        new Codec(Compression.NONE, Samples.toIdentity()), sealed(ChunkCipher.PLAIN_LENGTH, 0), "");
    assertArrayEquals(new byte[0], Samples.decode("x.age", sealed(0)));
    assertArrayEquals(new byte[65537], Samples.decode("x.age", sealed(65536, 1)));
  }

  private static byte[] sealed(int... chunks) throws Exception {
    SecureRandom random = new SecureRandom();
    FileKey fileKey = FileKey.random(random);
    X25519Stanza stanza = X25519Stanza.wrap(fileKey, Samples.IDENTITY.recipient(), random);
    byte[] nonce = new byte[ChunkCipher.PAYLOAD_NONCE_LENGTH];
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    stored.write(AgeHeader.encode(List.of(stanza.toStanza()), fileKey));
    stored.write(nonce);
    ChunkCipher cipher = ChunkCipher.sealing(fileKey.payloadKey(nonce));
    byte[] out = new byte[ChunkCipher.SEALED_LENGTH];
    for (int i = 0; i < chunks.length; i++) {
      int length = cipher.next(new byte[chunks[i]], chunks[i], out, i == chunks.length - 1);
      stored.write(out, 0, length);
    }
    return stored.toByteArray();
  }

  private static byte[] stored(Codec codec) throws Exception {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(PLAIN);
    try (EncodingOutputStream out = codec.encode(sink, Samples.signed(digest))) {
      out.write(PLAIN);
      out.finish();
    }
    return sink.toByteArray();
  }

  private static void assertRefused(Codec codec, byte[] damaged, String how) {
    String name = NAME + codec.suffix();
    IOException e = assertThrows(ArchiveException.class, () -> Samples.decode(name, damaged), how);
    assertTrue(e.getMessage().contains(name), e.getMessage());
  }
}
