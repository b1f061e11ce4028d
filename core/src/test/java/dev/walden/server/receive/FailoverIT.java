package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.Proxy;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.Servers;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several hosts in one address: the one that fits is found, also after a failover. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);

  @TempDir Path directory;

  private static ServerAddress hosts(String type, List<Integer> ports) {
    StringBuilder url = new StringBuilder("jdbc:postgresql://");
    for (int port : ports) {
      url.append(url.charAt(url.length() - 1) == '/' ? "" : ",").append("127.0.0.1:").append(port);
    }
    return ServerAddress.of(url + "/?user=postgres&targetServerType=" + type + "&sslmode=disable");
  }

  private static boolean findsStandby(ServerAddress address) throws IOException {
    try (WalsenderConnection connection = WalsenderConnection.open(address)) {
      return connection.isInRecovery();
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(WalReceiver receiver, Condition done) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!done.holds()) {
      assertTrue(System.nanoTime() < deadline, receiver.status().toString());
      assertFalse(receiver.await(Duration.ofMillis(20)), "the receiver has ended");
    }
  }

  private static void write(PostgresServer server, WalReceiver receiver) throws Exception {
    server.execute(
        "CREATE TABLE IF NOT EXISTS t (v text)",
        "INSERT INTO t SELECT repeat(md5(i::text), 4) FROM generate_series(1, 5000) i",
        "SELECT pg_switch_wal()");
    Lsn end = SIZE.floor(Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()")));
    await(receiver, () -> !receiver.status().archived().isBefore(end));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void followsThePrimary(int major) throws Exception {
    try (PostgresServer primary =
            PostgresServer.builder(PostgresBinaries.of(major), directory.resolve("data"))
                .segmentSize(SIZE)
                .setting("wal_keep_size", "512MB")
                .create();
        PostgresServer standby = Servers.standby(primary, directory.resolve("standby"));
        Proxy lost = Proxy.of(primary.port());
        ArchiveStore archive =
            ArchiveStore.openOrCreate(
                new InMemoryStorage(),
                ArchiveSettings.defaults(),
                ServerIdentity.of(Servers.address(primary)))) {
      findsTheKind(primary.port(), standby.port());
      lost.turn(Proxy.State.SWALLOWING);
      List<Integer> ports = List.of(lost.port(), standby.port(), primary.port());
      try (WalReceiver receiver =
          WalReceiver.from(hosts("primary", ports))
              .into(archive)
              .slot("walden")
              .timeout(Duration.ofSeconds(3))
              .retryLimit(Duration.ofMillis(300))
              .start()) {
        write(primary, receiver);
        primary.kill();
        await(
            receiver,
            () ->
                receiver.status().trouble().isPresent()
                    && receiver.status().trouble().get().getMessage().contains("is a standby"));
        standby.execute("SELECT pg_promote()");
        standby.awaitPromotion(LIMIT);
        write(standby, receiver);
        assertEquals(2, receiver.status().timeline().orElseThrow().value());
      }
      Servers.assertArchived(primary, archive, 1);
      Servers.assertArchived(standby, archive, 2);
      // the old primary comes back, as a primary: it is not the one that is wanted
      primary.start();
      primary.execute("SELECT pg_switch_wal()", "CREATE TABLE astray ()");
      try (WalReceiver receiver =
          WalReceiver.from(hosts("primary", List.of(primary.port(), standby.port())))
              .into(archive)
              .slot("walden")
              .start()) {
        write(standby, receiver);
      }
      Servers.assertArchived(standby, archive, 2);
      assertThrows(
          ArchiveConflictException.class,
          () -> {
            try (WalReceiver receiver =
                WalReceiver.from(hosts("primary", List.of(primary.port())))
                    .into(archive)
                    .slot("walden")
                    .start()) {
              receiver.await(LIMIT);
            }
          });
    }
  }

  private static void findsTheKind(int primary, int standby) throws Exception {
    for (List<Integer> ports : List.of(List.of(primary, standby), List.of(standby, primary))) {
      assertFalse(findsStandby(hosts("primary", ports)));
      assertFalse(findsStandby(hosts("preferPrimary", ports)));
      assertTrue(findsStandby(hosts("secondary", ports)));
      assertTrue(findsStandby(hosts("preferSecondary", ports)));
      assertEquals(ports.get(0) == standby, findsStandby(hosts("any", ports)));
    }
    assertFalse(findsStandby(hosts("preferSecondary", List.of(primary))));
    ServerUnavailableException none =
        assertThrows(
            ServerUnavailableException.class,
            () -> findsStandby(hosts("secondary", List.of(primary, primary))));
    assertTrue(none.getMessage().contains("is not a standby"), none::getMessage);
  }
}
