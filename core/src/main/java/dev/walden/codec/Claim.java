package dev.walden.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a stored object claims to be, as its writer signs it.
 *
 * @param name the object's name in the archive, from the cluster's system identifier on, without
 *     the suffixes of its encoding
 * @param sha256 the digest of its plain bytes, 32 bytes
 */
public record Claim(String name, byte[] sha256) {
  private static final int SHA256_LENGTH = 32;

  /**
   * @throws IllegalArgumentException if the digest is not 32 bytes long, or the name is not of
   *     printable ASCII characters
   */
  public Claim {
    if (sha256.length != SHA256_LENGTH) {
      throw new IllegalArgumentException("not a SHA-256: " + sha256.length + " bytes");
    }
    if (!name.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new IllegalArgumentException("not a name that can be signed: \"" + name + '"');
    }
    sha256 = sha256.clone();
  }

  /** What a stored object claims. */
  public static Claim of(String objectName, byte[] sha256) {
    return new Claim(Decoder.plainName(objectName), sha256);
  }

  @Override
  public byte[] sha256() {
    return sha256.clone();
  }

  /** The three lines that are signed; {@code docs/archive-format.md}. */
  byte[] signedText() {
    String text =
        "walden-claim-v1\nname " + name + "\nsha256 " + HexFormat.of().formatHex(sha256) + "\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Claim that
        && name.equals(that.name)
        && Arrays.equals(sha256, that.sha256);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(sha256);
  }
}
