package dev.walden.wal;

import java.util.HexFormat;

/**
 * A timeline ID, 1 to 4294967295. People and {@code recovery_target_timeline} write it in decimal,
 * file names in hexadecimal.
 */
public record TimelineId(long value) implements Comparable<TimelineId> {
  public static final TimelineId FIRST = new TimelineId(1);

  private static final long MAX = 0xFFFFFFFFL;

  public TimelineId {
    if (value < 1 || value > MAX) {
      throw new IllegalArgumentException("not a timeline ID: " + value + " (1 to 4294967295)");
    }
  }

  /** The eight upper-case hexadecimal digits that begin a WAL file name. */
  public String hex() {
    return HexFormat.of().withUpperCase().toHexDigits(value, 8);
  }

  @Override
  public int compareTo(TimelineId other) {
    return Long.compare(value, other.value);
  }

  /** In decimal, as PostgreSQL's messages print it. */
  @Override
  public String toString() {
    return Long.toString(value);
  }
}
