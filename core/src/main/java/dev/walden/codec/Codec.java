package dev.walden.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;

/**
 * What is done to an object when it is written: compressed, then encrypted. Immutable; one codec
 * serves any number of threads. {@link Decoder} reads what it wrote.
 *
 * @param compression the inner transform
 * @param encryption the outer transform
 * @param zstd how zstd works, if the compression is zstd
 */
public record Codec(Compression compression, Encryption encryption, ZstdSettings zstd) {
  private static final int SHA256_LENGTH = 32;

  /**
   * Checks that everything can be done here, so that no object is begun, and none is ever stored
   * readable, because encryption was impossible.
   *
   * @throws IllegalStateException if the Java runtime lacks the cipher, the heap is too small for
   *     the passphrase's work factor, or zstd's native library cannot be loaded
   */
  public Codec {
    Objects.requireNonNull(zstd, "zstd");
    compression.requireUsable();
    if (encryption instanceof AgeEncryption age) {
      age.requireUsable();
    } else {
      Objects.requireNonNull(encryption, "encryption");
    }
  }

  /** With zstd's default settings. */
  public Codec(Compression compression, Encryption encryption) {
    this(compression, encryption, ZstdSettings.defaults());
  }

  /** What is appended to an object's name, such as {@code ".zst.age"}. */
  public String suffix() {
    return compression.suffix() + encryption.suffix();
  }

  /** Begins an object. The caller keeps {@code sink} and closes it. */
  public EncodingOutputStream encode(OutputStream sink) throws IOException {
    return encode(sink, Optional.empty());
  }

  /**
   * Begins an object whose plain bytes have a known digest. If it is encrypted to recipients, the
   * digest is stored readable in its header, where {@link Decoder#plainSha256} finds it; otherwise
   * it is not stored. That it is the digest of what is written is for the caller to see to; reading
   * fails if not.
   *
   * @param plainSha256 the SHA-256 of all the bytes that will be written
   * @throws IllegalArgumentException if that is not 32 bytes
   */
  public EncodingOutputStream encode(OutputStream sink, byte[] plainSha256) throws IOException {
    if (plainSha256.length != SHA256_LENGTH) {
      throw new IllegalArgumentException("a SHA-256 of " + plainSha256.length + " bytes");
    }
    return encode(sink, Optional.of(new DigestStanza(plainSha256.clone())));
  }

  private EncodingOutputStream encode(OutputStream sink, Optional<DigestStanza> digest)
      throws IOException {
    SinkGate gate = new SinkGate(sink);
    if (encryption instanceof AgeEncryption age) {
      AgeOutputStream sealed = AgeOutputStream.open(gate, age, digest, new SecureRandom());
      return new EncodingOutputStream(compression.encoder(sealed, zstd), sealed::finish, gate);
    }
    return new EncodingOutputStream(compression.encoder(gate, zstd), () -> {}, gate);
  }
}
