package dev.walden.recovery.stop;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * A moment as the server logs it when its {@code timezone} is UTC.
 *
 * <p>Source: {@code timestamptz_to_str} in {@code src/backend/utils/adt/timestamp.c}.
 */
public final class LoggedTime {
  private LoggedTime() {}

  /** {@code 2026-11-22 10:00:00.5+00}. */
  public static String of(Instant time) {
    OffsetDateTime utc = time.atOffset(ZoneOffset.UTC);
    int year = utc.getYear();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%04d-%02d-%02d %02d:%02d:%02d",
            year > 0 ? year : 1 - year,
            utc.getMonthValue(),
            utc.getDayOfMonth(),
            utc.getHour(),
            utc.getMinute(),
            utc.getSecond()));
    int micros = utc.getNano() / 1000;
    if (micros != 0) {
      text.append('.').append(String.format(Locale.ROOT, "%06d", micros).replaceFirst("0+$", ""));
    }
    return text.append(year > 0 ? "+00" : "+00 BC").toString();
  }
}
