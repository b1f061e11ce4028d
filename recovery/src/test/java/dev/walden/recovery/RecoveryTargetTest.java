package dev.walden.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.Lsn;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryTargetTest {

  @ParameterizedTest
  @CsvSource({
    "2026-11-22T10:00:00Z, 2026-11-22 10:00:00.000000+00",
    "2026-11-22T12:00:00.5+02:00, 2026-11-22 10:00:00.500000+00",
    "2026-11-22 01:00:00-09:30, 2026-11-22 10:30:00.000000+00",
    "2026-11-22T10:00Z, 2026-11-22 10:00:00.000000+00",
  })
  void readsTimesWithAnOffset(String text, String setting) {
    RecoveryTarget target = RecoveryTarget.parse(text);
    assertEquals(new ConfigurationLine("recovery_target_time", setting), target.setting().get());
    assertTrue(target.inclusive());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-22T10:00:00",
        "2026-11-22 10:00:00",
        "2026-11-22",
      })
  void refusesTimesWithoutAnOffset(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> RecoveryTarget.parse(text)).getMessage();
    assertTrue(message.contains("does not say its offset from UTC"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "2026-11-22T10:00:00 CET",
        "2026-11-22T10:00:00[Europe/Berlin]",
        "1999-12-31T23:59:59Z",
        "xid:",
        "xid:-1",
        "xid:2",
        "xid:4294967296",
        "xid:99999999999999999999",
        "xid:9999999999999999999",
        "xid:0x10",
        "lsn:0/0",
        "lsn:17",
        "name:",
        "Latest",
      })
  void refusesWhatIsNoTarget(String text) {
    assertThrows(IllegalArgumentException.class, () -> RecoveryTarget.parse(text));
  }

  @Test
  void readsTheOtherKinds() {
    assertEquals(RecoveryTarget.latest(), RecoveryTarget.parse("latest"));
    assertEquals(RecoveryTarget.immediate(), RecoveryTarget.parse("immediate"));
    assertEquals(RecoveryTarget.transaction(727), RecoveryTarget.parse("xid:727"));
    assertEquals(RecoveryTarget.lsn(new Lsn(0x3000060)), RecoveryTarget.parse("lsn:0/3000060"));
    assertEquals(RecoveryTarget.name("a:b"), RecoveryTarget.parse("name:a:b"));
  }

  @Test
  void transactionsAreWrittenWithTheirLast32Bits() {
    // 4294968023 is transaction 727 of epoch 1
    assertEquals(
        new ConfigurationLine("recovery_target_xid", "727"),
        RecoveryTarget.beforeTransaction(4294968023L).setting().get());
    assertEquals(
        new ConfigurationLine("recovery_target_xid", "4294967295"),
        RecoveryTarget.transaction(4294967295L).setting().get());
  }

  @Test
  void nanosecondsAreRoundedSoThatTheSameTransactionsLieBefore() {
    Instant time = Instant.parse("2026-11-22T10:00:00.000001500Z");
    assertEquals(
        "2026-11-22 10:00:00.000001+00", RecoveryTarget.time(time).setting().get().value());
    assertEquals(
        "2026-11-22 10:00:00.000002+00", RecoveryTarget.beforeTime(time).setting().get().value());
    Instant whole = Instant.parse("2026-11-22T10:00:00.000001Z");
    assertEquals(
        "2026-11-22 10:00:00.000001+00", RecoveryTarget.beforeTime(whole).setting().get().value());
  }

  @Test
  void namesAreLimitedInBytes() {
    RecoveryTarget.name("x".repeat(63));
    RecoveryTarget.name("ü".repeat(31));
    for (String name :
        new String[] {"x".repeat(64), "ü".repeat(32), "a\nb", "a\u0000b", "half \uD83D"}) {
      assertThrows(IllegalArgumentException.class, () -> RecoveryTarget.name(name));
    }
  }

  @Test
  void whatATargetIsWrittenAsIsReadAsItAgain() {
    for (RecoveryTarget target :
        List.of(
            RecoveryTarget.latest(),
            RecoveryTarget.immediate(),
            RecoveryTarget.name("before-xid:7 : ü"),
            RecoveryTarget.lsn(Lsn.parse("1/2A")),
            RecoveryTarget.beforeLsn(Lsn.parse("1/2A")),
            RecoveryTarget.transaction(1L << 33 | 742),
            RecoveryTarget.beforeTransaction(742),
            RecoveryTarget.time(Instant.parse("2026-11-22T10:40:00.000001Z")),
            RecoveryTarget.beforeTime(Instant.parse("2026-11-22T10:40:00Z")))) {
      assertEquals(target, RecoveryTarget.parse(target.text()), target.text());
    }
  }
}
