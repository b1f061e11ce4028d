package dev.walden.wal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * PostgreSQL's {@code TimestampTz}: microseconds since 2000-01-01 00:00:00 UTC.
 *
 * <p>Source: {@code src/include/datatype/timestamp.h}.
 */
public final class TimestampTz {
  /** Zero. */
  public static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

  private TimestampTz() {}

  /** Rounded toward zero. */
  public static long of(Instant time) {
    return ChronoUnit.MICROS.between(EPOCH, time);
  }

  public static Instant instant(long microseconds) {
    return EPOCH.plus(microseconds, ChronoUnit.MICROS);
  }
}
