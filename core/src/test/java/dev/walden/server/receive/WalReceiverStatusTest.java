package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WalReceiverStatusTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static WalReceiverStatus status(Duration lag, Duration overdue, Duration silence) {
    return new WalReceiverStatus(
        WalReceiverStatus.State.STREAMING,
        Optional.of(TimelineId.FIRST),
        new Lsn(300),
        new Lsn(200),
        new Lsn(100),
        new Lsn(400),
        Optional.of(new WalReceiverLag(100, 200, 300)),
        lag,
        overdue,
        silence,
        1,
        2,
        0,
        0,
        Optional.of(new IOException("the disk is full")),
        Optional.empty());
  }

  private static String unhealthy(WalReceiverStatus status) {
    WalReceiverHealth health = status.health(LIMIT);
    assertFalse(health.healthy(), status.toString());
    return health.reason();
  }

  @Test
  void isHealthyUpToTheLimit() {
    WalReceiverStatus status = status(Duration.ofHours(1), LIMIT, LIMIT);
    assertEquals(new WalReceiverHealth(true, ""), status.health(LIMIT));
  }

  @Test
  void saysWhyItIsNot() {
    Duration more = LIMIT.plusSeconds(1);
    assertEquals(
        "WAL is not durable after 61 s: up to 0/C8 of 0/190 is: the disk is full",
        unhealthy(status(more, more, Duration.ZERO)));
    assertEquals(
        "no stream for 61 s: the disk is full", unhealthy(status(more, Duration.ZERO, more)));
    WalReceiverStatus closed =
        status(Duration.ZERO, Duration.ZERO, Duration.ZERO).stopped(Optional.empty());
    assertEquals("stopped", unhealthy(closed));
  }

  @Test
  void hasALineForPeople() {
    String line = status(Duration.ofMillis(1500), Duration.ZERO, Duration.ZERO).summary();
    assertTrue(line.startsWith("streaming timeline 1, received 0/12C, "), line);
    assertTrue(line.endsWith("behind 200 B, 1.5 s: the disk is full"), line);
  }
}
