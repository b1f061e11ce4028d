package dev.walden.server.protocol;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * PostgreSQL's timestamptz: microseconds since 2000-01-01 00:00:00 UTC.
 *
 * <p>Source: {@code src/include/datatype/timestamp.h}.
 */
final class TimestampTz {
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

  private TimestampTz() {}

  static long of(Instant time) {
    return ChronoUnit.MICROS.between(EPOCH, time);
  }

  static Instant instant(long microseconds) {
    return EPOCH.plus(microseconds, ChronoUnit.MICROS);
  }
}
