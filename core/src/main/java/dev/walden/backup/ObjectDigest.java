package dev.walden.backup;

import java.util.regex.Pattern;

/**
 * A digest that detects damage of a stored object.
 *
 * @param value in lower-case hexadecimal, of the algorithm's length
 */
public record ObjectDigest(Algorithm algorithm, String value) {

  /** The algorithms. */
  public enum Algorithm {
    /** As {@code sha256sum} prints it. */
    SHA256("SHA-256", "[0-9a-f]{64}"),

    /**
     * The CRC-32 of gzip, zip and PNG (ISO-HDLC), highest digit first. It detects accidental damage
     * as far as 32 bits can, costs almost nothing, and does not protect against forgery.
     */
    CRC32("CRC-32", "[0-9a-f]{8}");

    private final String text;
    private final Pattern value;

    Algorithm(String text, String value) {
      this.text = text;
      this.value = Pattern.compile(value);
    }

    /** The usual name. */
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
