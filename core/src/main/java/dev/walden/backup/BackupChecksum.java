package dev.walden.backup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * Computes the checksum of one file as a backup manifest states it. Used by one thread, for one
 * file.
 *
 * <p>Source: {@code src/common/checksum_helper.c}.
 */
public final class BackupChecksum {

  /** The algorithms that a manifest may name, by the names that it uses. */
  public enum Algorithm {
    /** No checksum. */
    NONE(0, null),
    CRC32C(4, null),
    SHA224(28, "SHA-224"),
    SHA256(32, "SHA-256"),
    SHA384(48, "SHA-384"),
    SHA512(64, "SHA-512");

    private final int length;
    private final @Nullable String digest;

    Algorithm(int length, @Nullable String digest) {
      this.length = length;
      this.digest = digest;
    }

    /** The length of a checksum in bytes; a manifest prints two digits for each. */
    public int length() {
      return length;
    }

    /** Begins the checksum of a file. */
    public BackupChecksum start() {
      return new BackupChecksum(this);
    }
  }

  private final Algorithm algorithm;
  private final Checksum crc = new CRC32C();
  private final @Nullable MessageDigest digest;

  private BackupChecksum(Algorithm algorithm) {
    this.algorithm = algorithm;
    try {
      this.digest = algorithm.digest == null ? null : MessageDigest.getInstance(algorithm.digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime lacks " + algorithm.digest, e);
    }
  }

  public Algorithm algorithm() {
    return algorithm;
  }

  /** Adds the next bytes of the file. */
  public void update(byte[] bytes, int offset, int length) {
    update(ByteBuffer.wrap(bytes, offset, length));
  }

  /** Adds the remaining bytes of the buffer, and empties it. */
  public void update(ByteBuffer bytes) {
    if (digest != null) {
      digest.update(bytes);
    } else if (algorithm == Algorithm.CRC32C) {
      crc.update(bytes);
    } else {
      bytes.position(bytes.limit());
    }
  }

  /**
   * Ends the computation.
   *
   * @return the checksum as a manifest prints it, in lower-case hexadecimal; empty for NONE
   */
  public String finish() {
    return HexFormat.of().formatHex(value());
  }

  private byte[] value() {
    if (digest != null) {
      return digest.digest();
    }
    // a server prints the bytes of its number in memory order
    ByteBuffer number = ByteBuffer.allocate(algorithm.length).order(ByteOrder.LITTLE_ENDIAN);
    return algorithm == Algorithm.CRC32C
        ? number.putInt((int) crc.getValue()).array()
        : number.array();
  }
}
