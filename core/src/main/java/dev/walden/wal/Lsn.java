package dev.walden.wal;

import java.util.Locale;

/**
 * A log sequence number: an unsigned 64-bit byte position in the WAL. Printed as PostgreSQL 14 to
 * 18 print it, {@code 16/B374D848}; PostgreSQL 19's zero-padded form is read too.
 *
 * <p>Source: {@code src/include/access/xlogdefs.h}, {@code src/backend/utils/adt/pg_lsn.c}.
 */
public record Lsn(long value) implements Comparable<Lsn> {
  /** {@code 0/0}, which PostgreSQL calls the invalid LSN. */
  public static final Lsn ZERO = new Lsn(0);

  /**
   * Reads {@code hex/hex}, one to eight digits on each side, in either case.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static Lsn parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash > 8 || text.length() - slash < 2 || text.length() - slash > 9) {
      throw notAnLsn(text);
    }
    return new Lsn(hex(text, 0, slash) << 32 | hex(text, slash + 1, text.length()));
  }

  private static long hex(String text, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw notAnLsn(text);
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static IllegalArgumentException notAnLsn(String text) {
    return new IllegalArgumentException(
        "not an LSN: \"" + text + "\" (expected hex/hex, such as 16/B374D848)");
  }

  /** The position {@code bytes} later; negative moves back. */
  public Lsn plus(long bytes) {
    return new Lsn(value + bytes);
  }

  /** How many bytes this position lies after {@code other}; negative if before. */
  public long minus(Lsn other) {
    return value - other.value;
  }

  public boolean isBefore(Lsn other) {
    return compareTo(other) < 0;
  }

  public boolean isAfter(Lsn other) {
    return compareTo(other) > 0;
  }

  public static Lsn min(Lsn a, Lsn b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  public static Lsn max(Lsn a, Lsn b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return (Long.toHexString(value >>> 32) + '/' + Long.toHexString(value & 0xFFFFFFFFL))
        .toUpperCase(Locale.ROOT);
  }
}
