package dev.walden.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimestampTzTest {
  @Test
  void countsMicrosecondsSince2000() {
    assertEquals(0, TimestampTz.of(Instant.parse("2000-01-01T00:00:00Z")));
    assertEquals(-1, TimestampTz.of(Instant.parse("1999-12-31T23:59:59.999999Z")));
    // SELECT extract(epoch FROM '2026-11-22 14:54:16.123456+00' - '2000-01-01+00'::timestamptz)
    Instant time = Instant.parse("2026-11-22T14:54:16.123456Z");
    assertEquals(848_674_456_123_456L, TimestampTz.of(time));
    assertEquals(time, TimestampTz.instant(848_674_456_123_456L));
    assertEquals(848_674_456_123_456L, TimestampTz.of(time.plusNanos(999)));
  }
}
