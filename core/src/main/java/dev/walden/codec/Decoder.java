package dev.walden.codec;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.UntrustedObjectException;
import dev.walden.WrongKeyException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads stored objects. The suffixes of an object's name state its encoding: {@code .zst}, {@code
 * .gz} or neither, followed by {@code .age} or not. The first bytes must match.
 */
public final class Decoder {
  /** {@link #plainSha256} needs at most this many bytes from the start of an object. */
  public static final int MAX_HEADER_LENGTH = AgeHeaderReader.MAX_LENGTH;

  private static final int BUFFER = 8 * 1024;

  private Decoder() {}

  /** An object's name without the suffixes of its encoding. */
  public static String plainName(String objectName) {
    String name = strip(objectName, AgeEncryption.SUFFIX);
    return strip(name, compression(name).suffix());
  }

  /** Whether an object is encrypted, by its name. */
  public static boolean isEncrypted(String objectName) {
    return objectName.endsWith(AgeEncryption.SUFFIX);
  }

  /**
   * Opens an object's plain bytes. Each age chunk is authenticated before it is released, but only
   * the end of the stream proves that the object is whole: bytes must not be published before. A
   * stream that has returned {@code maxPlainLength} bytes has reached that end. If the header holds
   * a digest of the plain bytes, it is also checked at the end.
   *
   * <p>The returned stream throws {@link CorruptFileException} for bytes that are wrong, truncated,
   * appended, or decode to more than {@code maxPlainLength}; exceptions of {@code stored} pass
   * unchanged. It is for use by one thread at a time. Closing it closes {@code stored}; if this
   * method throws, {@code stored} is already closed.
   *
   * <p>If the keys name trusted writers, the object must be signed by one of them; a plain object's
   * signature lies beside it, and is not looked at here.
   *
   * @param maxPlainLength in bytes; more is an error
   * @throws UntrustedObjectException if it must be signed and is not
   * @throws WrongKeyException if the object is encrypted and none of {@code keys} opens it
   * @throws CorruptFileException if it does not begin as its name requires
   * @throws UnsupportedFormatException if it has another version of age's format, or needs more
   *     heap than available
   */
  public static InputStream decode(
      String objectName, InputStream stored, DecryptionKeys keys, long maxPlainLength)
      throws IOException {
    try {
      if (maxPlainLength < 0) {
        throw new IllegalArgumentException(
            "maxPlainLength must not be negative: " + maxPlainLength);
      }
      return open(objectName, stored, keys, maxPlainLength);
    } catch (IOException | RuntimeException e) {
      try {
        stored.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static InputStream open(
      String objectName, InputStream stored, DecryptionKeys keys, long maxPlainLength)
      throws IOException {
    if (!isEncrypted(objectName)) {
      if (keys.writers().demandSignatures() && !plainName(objectName).equals(objectName)) {
        throw new UntrustedObjectException(objectName, "is not encrypted, and so not signed");
      }
      InputStream plain = compression(objectName).decoder(objectName, stored);
      return new DecodedInputStream(objectName, plain, maxPlainLength, Optional.empty());
    }
    InputStream in = new BufferedInputStream(stored, BUFFER);
    AgeHeader header = new AgeHeaderReader(objectName, in).read();
    Optional<byte[]> sha256 = header.requireSigned(keys.writers());
    InputStream opened = AgeInputStream.open(objectName, in, header, header.unlock(keys));
    Compression compression = compression(strip(objectName, AgeEncryption.SUFFIX));
    InputStream plain = compression.decoder(objectName, opened);
    return new DecodedInputStream(objectName, plain, maxPlainLength, sha256);
  }

  /**
   * The SHA-256 that an encrypted object's header claims for its plain bytes. Reading it needs no
   * key, so it is unverified until {@link #decode} checks it; if it must be signed, it is at least
   * what a trusted writer claimed.
   *
   * @param stored the object, or its first {@link #MAX_HEADER_LENGTH} bytes; read in part and left
   *     open
   * @return empty if the object is not encrypted or its header holds no digest
   * @throws CorruptFileException if the header is invalid
   * @throws UntrustedObjectException if it must be signed and is not
   */
  public static Optional<byte[]> plainSha256(
      String objectName, InputStream stored, TrustedWriters writers) throws IOException {
    if (!isEncrypted(objectName)) {
      return Optional.empty();
    }
    InputStream in = new BufferedInputStream(stored, BUFFER);
    return new AgeHeaderReader(objectName, in).read().requireSigned(writers);
  }

  /**
   * Whether bytes from {@link #decode} of such an object are right even if the stream throws later:
   * age authenticates each chunk before releasing it, whereas checksums come at the end, and so
   * does the digest that a writer signed.
   */
  public static boolean provesAsItReads(String objectName, TrustedWriters writers) {
    return isEncrypted(objectName) && !writers.demandSignatures();
  }

  private static Compression compression(String name) {
    for (Compression compression : Compression.values()) {
      if (compression != Compression.NONE && name.endsWith(compression.suffix())) {
        return compression;
      }
    }
    return Compression.NONE;
  }

  private static String strip(String name, String suffix) {
    return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
  }
}
