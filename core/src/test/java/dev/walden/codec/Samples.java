package dev.walden.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Keys, codecs and bytes that the tests of this package share. */
final class Samples {
  static final AgeIdentity IDENTITY = AgeIdentity.generate(new SecureRandom());
  static final AgeIdentity OTHER = AgeIdentity.generate(new SecureRandom());
  static final AgePassphrase PASSPHRASE = AgePassphrase.of("correct horse".toCharArray(), 1);
  static final DecryptionKeys KEYS = DecryptionKeys.of(List.of(OTHER, IDENTITY)).and(PASSPHRASE);

  private Samples() {}

  static Encryption toIdentity() {
    return Encryption.toRecipients(List.of(IDENTITY.recipient()));
  }

  /** Every combination of compression and encryption. */
  static List<Codec> codecs() {
    List<Codec> codecs = new ArrayList<>();
    for (Compression compression : Compression.values()) {
      codecs.add(new Codec(compression, Encryption.none()));
      codecs.add(new Codec(compression, toIdentity()));
      codecs.add(new Codec(compression, Encryption.withPassphrase(PASSPHRASE)));
    }
    return codecs;
  }

  /** Bytes of which about half compress, the same for the same length. */
  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    Random random = new Random(length);
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i / 512 % 2 == 0 ? random.nextInt() : i / 512);
    }
    return bytes;
  }

  /** What is stored with bytes of this digest, signed by somebody. */
  static Provenance signed(byte[] sha256) {
    return Provenance.of(
        Claim.of("x", sha256), Optional.of(WriterKey.generate(new SecureRandom())));
  }

  static byte[] encode(Codec codec, byte[] plain) throws IOException {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    try (EncodingOutputStream out = codec.encode(sink)) {
      out.write(plain);
      out.finish();
    }
    return sink.toByteArray();
  }

  static byte[] decode(String objectName, byte[] stored) throws IOException {
    return decode(objectName, stored, KEYS);
  }

  static byte[] decode(String objectName, byte[] stored, DecryptionKeys keys) throws IOException {
    InputStream in = new ByteArrayInputStream(stored);
    try (InputStream plain = Decoder.decode(objectName, in, keys, 1L << 30)) {
      return plain.readAllBytes();
    }
  }
}
