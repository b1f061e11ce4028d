package dev.walden.errors;

import java.time.Duration;

/** Refuses settings that make no sense where they are made, and names them. */
public final class Arguments {
  private static final Duration LONGEST = Duration.ofDays(365L * 100);

  private Arguments() {}

  /**
   * Returns a time that must be positive, and at most a century: limits are counted in nanoseconds.
   */
  public static Duration positive(String setting, Duration time) {
    require(!time.isNegative() && !time.isZero() && isCountable(time), setting, time);
    return time;
  }

  /** The same of one that may be zero. */
  public static Duration notNegative(String setting, Duration time) {
    require(!time.isNegative() && isCountable(time), setting, time);
    return time;
  }

  private static boolean isCountable(Duration time) {
    return time.compareTo(LONGEST) <= 0;
  }

  /** Refuses a value. */
  public static void require(boolean valid, String setting, Object value) {
    if (!valid) {
      throw new IllegalArgumentException(setting + " cannot be " + value);
    }
  }
}
