package dev.walden.server.receive.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServerWalHistoryTest {
  private long now = Duration.ofHours(-1).toNanos();
  private final ServerWalHistory server = new ServerWalHistory(() -> now);

  private void pass(long seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }

  private static Lsn lsn(long value) {
    return new Lsn(value);
  }

  private void told(long position, long durable) {
    server.told(lsn(position), lsn(durable));
  }

  private void assertSince(long seconds, long position) {
    assertEquals(Duration.ofSeconds(seconds), server.since(lsn(position)));
  }

  @Test
  void knowsNothingAtFirst() {
    pass(3);
    assertEquals(Optional.empty(), server.end());
    assertSince(0, 0);
    assertEquals(Duration.ofSeconds(3), server.silence());
  }

  @Test
  void tellsTheAgeOfTheOldestByte() {
    told(1000, 500);
    pass(10);
    told(2000, 500);
    pass(5);
    assertSince(15, 500);
    assertSince(15, 999);
    assertSince(5, 1000);
    assertSince(5, 1999);
    assertSince(0, 2000);
    assertEquals(Optional.of(lsn(2000)), server.end());
  }

  @Test
  void isSilentOnlyWithoutAStream() {
    server.connected();
    told(1000, 1000);
    pass(20);
    assertEquals(Duration.ZERO, server.silence());
    server.lost();
    assertEquals(Duration.ofSeconds(20), server.silence());
    pass(1);
    server.identified(TimelineId.FIRST, lsn(1000));
    server.connected();
    server.lost();
    assertEquals(Duration.ofSeconds(21), server.silence(), "a connection that told nothing");
  }

  @Test
  void doesNotTakeAStandbyThatLagsForTheEnd() {
    told(1000, 0);
    server.identified(TimelineId.FIRST, lsn(500));
    assertEquals(Optional.of(lsn(1000)), server.end());
  }

  @Test
  void forgetsWhatAnotherTimelineDoesNotHave() {
    told(1000, 0);
    pass(10);
    told(2000, 0);
    pass(10);
    server.identified(new TimelineId(2), lsn(1500));
    assertEquals(Optional.of(lsn(1500)), server.end());
    assertSince(10, 1499);
    assertSince(0, 1500);
    told(1800, 0);
    assertSince(0, 1500);
    assertSince(20, 0);
  }

  @Test
  void forgetsWhatLiesBehindASwitchThatIsNew() {
    server.identified(new TimelineId(2), lsn(5000));
    server.switched(new TimelineId(2), lsn(1000));
    assertEquals(Optional.of(lsn(5000)), server.end(), "the server was beyond it already");
    server.switched(new TimelineId(3), lsn(4000));
    assertEquals(Optional.of(lsn(4000)), server.end());
  }

  @Test
  void remembersAYearInLittleSpace() {
    for (int second = 0; second < 365 * 86_400; second += 60) {
      pass(60);
      told(1000L + second, 0);
    }
    assertSince(365 * 86_400 - 60, 0);
    long half = server.since(lsn(1000 + 365 * 43_200)).toSeconds();
    assertTrue(Math.abs(half - 365 * 43_200) < 365 * 43_200 / 20, "half a year: " + half);
    long last = server.since(server.end().orElseThrow().plus(-1)).toSeconds();
    assertTrue(last < 365 * 86_400 / 50, "the last minute: " + last);
  }

  @Test
  void isExactAgainAfterCatchingUp() {
    for (int i = 0; i < 5000; i++) {
      pass(1);
      told(1000 + i, 0);
    }
    told(10_000, 5999);
    pass(1);
    told(20_000, 10_000);
    pass(1);
    told(30_000, 10_000);
    pass(1);
    assertSince(2, 10_000);
    assertSince(1, 20_000);
  }
}
