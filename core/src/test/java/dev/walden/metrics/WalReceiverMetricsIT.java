package dev.walden.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.ServerAddress;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WalReceiverMetricsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double gauge(String name, String... tags) {
    return registry.get("walden.receiver." + name).tags(tags).gauge().value();
  }

  private double counter(String name) {
    return registry.get("walden.receiver." + name).functionCounter().count();
  }

  private static void await(WalReceiver receiver, BooleanSupplier done) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!done.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, receiver.status().toString());
      assertFalse(receiver.await(Duration.ofMillis(20)), "the receiver has ended");
    }
  }

  @Test
  void tellWhatTheReceiverDoes() throws Exception {
    FaultyStorage storage = new FaultyStorage(new InMemoryStorage(), 1);
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(17), directory.resolve("data"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .setting("wal_level", "replica")
            .create()) {
      ServerAddress address = ServerAddress.of(server.jdbcUrl() + "?user=" + server.user());
      try (ArchiveStore archive =
          ArchiveStore.openOrCreate(
              storage, ArchiveSettings.defaults(), ServerIdentity.of(address))) {
        WalReceiver receiver =
            WalReceiver.from(address)
                .into(archive)
                .slot("walden")
                .retryLimit(Duration.ofMillis(300))
                .tail()
                .tailInterval(Duration.ZERO)
                .start();
        try (WalReceiverMetrics metrics =
            new WalReceiverMetrics(receiver, Duration.ofMillis(500), Tags.of("server", "one"))) {
          metrics.bindTo(registry);
          try (receiver) {
            watch(receiver, server, storage);
          }
          assertEquals(0, gauge("healthy"), "it was closed");
        }
        assertTrue(registry.getMeters().isEmpty(), registry.getMetersAsString());
      }
    }
  }

  private void watch(WalReceiver receiver, PostgresServer server, FaultyStorage storage)
      throws Exception {
    server.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()", "CHECKPOINT");
    await(receiver, () -> counter("segments.archived") >= 1);
    await(receiver, () -> gauge("lag.bytes", "stage", "durable") == 0);
    await(receiver, () -> gauge("healthy", "server", "one") == 1);
    assertEquals(1, gauge("timeline"));
    assertEquals(1, counter("connections"));
    assertEquals(0, gauge("silence.seconds"));
    assertTrue(gauge("lag.bytes", "stage", "archived") > 0);

    storage.setUnavailable(true);
    server.execute("INSERT INTO t VALUES ('x')");
    await(receiver, () -> gauge("healthy") == 0);
    assertTrue(gauge("lag.bytes", "stage", "durable") > 0);
    assertTrue(gauge("lag.seconds") > 0.4, "lag: " + gauge("lag.seconds"));
    assertTrue(gauge("overdue.seconds") > 0.4, "overdue: " + gauge("overdue.seconds"));
    storage.setUnavailable(false);
    await(receiver, () -> gauge("healthy") == 1);
  }
}
