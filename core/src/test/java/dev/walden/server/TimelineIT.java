package dev.walden.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A receiver with a spool where timelines were left, or are about to be. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimelineIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(storage, 1);

  private PostgresServer server() throws Exception {
    return PostgresServer.builder(PostgresBinaries.of(15), directory.resolve("data"))
        .segmentSize(WalSegmentSize.ofMegabytes(1))
        .setting("wal_level", "replica")
        .setting("wal_keep_size", "512MB")
        .create();
  }

  private ArchiveStore archive(PostgresServer server) throws Exception {
    return ArchiveStore.openOrCreate(
        faulty, ArchiveSettings.defaults(), Servers.address(server).identity());
  }

  private WalReceiver.Builder receiver(ServerAddress address, ArchiveStore archive) {
    return WalReceiver.from(address)
        .into(archive)
        .slot("walden")
        .spool(directory.resolve("spool"))
        .retryLimit(Duration.ofMillis(300));
  }

  private static void await(WalReceiver receiver, BooleanSupplier done) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!done.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, receiver.status().toString());
      assertFalse(receiver.await(Duration.ofMillis(20)), "the receiver has ended");
    }
  }

  private static Lsn flushed(PostgresServer server) throws Exception {
    return Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()"));
  }

  @Test
  void startsWhereTheHistoriesOfAncestorsAreGone() throws Exception {
    try (PostgresServer server = server();
        ArchiveStore archive = archive(server)) {
      for (int i = 0; i < 2; i++) {
        server.stop();
        Files.createFile(server.dataDirectory().resolve("standby.signal"));
        server.start();
        server.execute("SELECT pg_promote()");
        server.awaitPromotion(LIMIT);
      }
      // a standby that was cloned on timeline 3 never had it
      Files.delete(server.dataDirectory().resolve("pg_wal/00000002.history"));
      try (WalReceiver receiver = receiver(Servers.address(server), archive).start()) {
        server.execute("CREATE TABLE u ()", "SELECT pg_switch_wal()");
        Lsn next = archive.cluster().segmentSize().floor(flushed(server));
        await(receiver, () -> !receiver.status().archived().isBefore(next));
        assertEquals(3, receiver.status().timeline().orElseThrow().value());
        assertTrue(archive.contains(WalFileName.parse("00000003.history")));
      }
    }
  }
}
