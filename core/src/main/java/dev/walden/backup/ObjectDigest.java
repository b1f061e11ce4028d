package dev.walden.backup;

import java.util.regex.Pattern;

/**
 * What finds damage of a stored object.
 *
 * @param value lower-case hexadecimal digits, as many as the algorithm has
 */
public record ObjectDigest(Algorithm algorithm, String value) {

  /** How a digest is computed. */
  public enum Algorithm {
    /** As {@code sha256sum} prints it. */
    SHA256("SHA-256", "[0-9a-f]{64}"),

    /**
     * The CRC-32 of gzip, zip and PNG (ISO-HDLC), the highest digit first. It finds damage as a
     * checksum of 32 bits can, costs next to nothing, and proves nothing to somebody who kept it.
     */
    CRC32("CRC-32", "[0-9a-f]{8}");

    private final String text;
    private final Pattern value;

    Algorithm(String text, String value) {
      this.text = text;
      this.value = Pattern.compile(value);
    }

    /** The name as people write it. */
    @Override
    public String toString() {
      return text;
    }
  }

  public ObjectDigest {
    if (!algorithm.value.matcher(value).matches()) {
      throw new IllegalArgumentException("not a " + algorithm + " digest: \"" + value + '"');
    }
  }
}
