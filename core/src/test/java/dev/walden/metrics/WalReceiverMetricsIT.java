package dev.walden.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WalReceiverMetricsIT {
  @TempDir Path directory;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final FaultyStorage storage = new FaultyStorage(new InMemoryStorage(), 1);
  private final ReceiverFixture fixture = ReceiverFixture.into(storage);

  private double gauge(String name, String... tags) {
    return registry.get("walden.receiver." + name).tags(tags).gauge().value();
  }

  private double counter(String name) {
    return registry.get("walden.receiver." + name).functionCounter().count();
  }

  @Test
  void tellWhatTheReceiverDoes() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      WalReceiver receiver =
          fixture.receiver(server, archive).tail().tailInterval(Duration.ZERO).start();
      try (WalReceiverMetrics metrics =
          new WalReceiverMetrics(receiver, Duration.ofMillis(500), Tags.of("server", "one"))) {
        metrics.bindTo(registry);
        try (receiver) {
          watch(receiver, server);
        }
        assertEquals(0, gauge("healthy"), "it was closed");
      }
      assertTrue(registry.getMeters().isEmpty(), registry.getMetersAsString());
    }
  }

  private void watch(WalReceiver receiver, PostgresServer server) throws Exception {
    server.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()", "CHECKPOINT");
    fixture.await(receiver, () -> counter("segments.archived") >= 1);
    fixture.await(receiver, () -> gauge("lag.bytes", "stage", "durable") == 0);
    fixture.await(receiver, () -> gauge("healthy", "server", "one") == 1);
    assertEquals(1, gauge("timeline"));
    assertEquals(1, counter("connections"));
    assertEquals(0, gauge("silence.seconds"));
    assertTrue(gauge("lag.bytes", "stage", "archived") > 0);

    storage.setUnavailable(true);
    server.execute("INSERT INTO t VALUES ('x')");
    fixture.await(receiver, () -> gauge("healthy") == 0);
    assertTrue(gauge("lag.bytes", "stage", "durable") > 0);
    assertTrue(gauge("lag.seconds") > 0.4, "lag: " + gauge("lag.seconds"));
    assertTrue(gauge("overdue.seconds") > 0.4, "overdue: " + gauge("overdue.seconds"));
    storage.setUnavailable(false);
    fixture.await(receiver, () -> gauge("healthy") == 1);
  }
}
