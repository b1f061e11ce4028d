package dev.walden.cluster;

/**
 * The unsigned 64-bit number that {@code initdb} assigns to a cluster; all copies of the cluster
 * share it. Printed in decimal, as PostgreSQL prints it.
 *
 * <p>Source: {@code src/include/catalog/pg_control.h}.
 *
 * @param value the 64 bits; negative for identifiers from 2<sup>63</sup> on
 */
public record SystemIdentifier(long value) implements Comparable<SystemIdentifier> {

  /**
   * Reads what {@code toString} prints: decimal digits without sign or leading zeros.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static SystemIdentifier parse(String text) {
    boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (digits && text.length() <= 20 && (text.length() == 1 || text.charAt(0) != '0')) {
      try {
        return new SystemIdentifier(Long.parseUnsignedLong(text));
      } catch (NumberFormatException e) {
        // twenty digits can exceed 64 bits
      }
    }
    throw new IllegalArgumentException(
        "not a system identifier: \"" + text + "\" (a decimal number below 2^64)");
  }

  /** By unsigned value. */
  @Override
  public int compareTo(SystemIdentifier other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(value);
  }
}
