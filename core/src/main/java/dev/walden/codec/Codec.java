package dev.walden.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;

/**
 * How objects are written: compressed, then encrypted. Immutable and safe for use by many threads.
 * {@link Decoder} reads the result.
 *
 * @param compression the inner transform
 * @param encryption the outer transform
 * @param zstd the settings for zstd, if the compression is zstd
 */
public record Codec(Compression compression, Encryption encryption, ZstdSettings zstd) {
  /**
   * Checks that compression and encryption work here, so that no object is begun in vain or stored
   * unencrypted.
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

  /** The suffix of an object's name, such as {@code ".zst.age"}. */
  public String suffix() {
    return compression.suffix() + encryption.suffix();
  }

  /** Begins an object. The caller keeps {@code sink} and closes it. */
  public EncodingOutputStream encode(OutputStream sink) throws IOException {
    return encode(sink, Optional.empty());
  }

  /**
   * Begins an object whose plain bytes have a known digest. If it is encrypted to recipients, its
   * header stores the digest in clear, where {@link Decoder#plainSha256} finds it, and the
   * signature; otherwise neither is stored. The caller must pass the right digest; if it is wrong,
   * reading fails.
   *
   * @param provenance with the SHA-256 of all the bytes that will be written
   */
  public EncodingOutputStream encode(OutputStream sink, Provenance provenance) throws IOException {
    return encode(sink, Optional.of(provenance));
  }

  private EncodingOutputStream encode(OutputStream sink, Optional<Provenance> provenance)
      throws IOException {
    SinkGate gate = new SinkGate(sink);
    if (encryption instanceof AgeEncryption age) {
      AgeOutputStream sealed = AgeOutputStream.open(gate, age, provenance, new SecureRandom());
      return new EncodingOutputStream(compression.encoder(sealed, zstd), sealed::finish, gate);
    }
    return new EncodingOutputStream(compression.encoder(gate, zstd), () -> {}, gate);
  }
}
