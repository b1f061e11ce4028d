package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.Proxy;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.Servers;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
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
  private static final WalSegmentSize SIZE = ReceiverFixture.SEGMENT_SIZE;

  @TempDir Path directory;
  private final ReceiverFixture fixture = ReceiverFixture.into(new InMemoryStorage());

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

  private void write(PostgresServer server, WalReceiver receiver) throws Exception {
    server.execute(
        "CREATE TABLE IF NOT EXISTS t (v text)",
        "INSERT INTO t SELECT repeat(md5(i::text), 4) FROM generate_series(1, 5000) i",
        "SELECT pg_switch_wal()");
    Lsn end = SIZE.floor(server.flushed());
    fixture.awaitArchived(receiver, end);
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void followsThePrimary(int major) throws Exception {
    try (PostgresServer primary = ReceiverFixture.server(major, directory).create();
        PostgresServer standby = Servers.standby(primary, directory.resolve("standby"));
        Proxy lost = Proxy.of(primary.port());
        ArchiveStore archive = fixture.archive(primary)) {
      findsTheKind(primary.port(), standby.port());
      lost.turn(Proxy.State.SWALLOWING);
      List<Integer> ports = List.of(lost.port(), standby.port(), primary.port());
      try (WalReceiver receiver =
          fixture
              .receiver(hosts("primary", ports), archive)
              .timeout(Duration.ofSeconds(3))
              .start()) {
        write(primary, receiver);
        primary.kill();
        fixture.await(
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
          fixture
              .receiver(hosts("primary", List.of(primary.port(), standby.port())), archive)
              .start()) {
        write(standby, receiver);
      }
      Servers.assertArchived(standby, archive, 2);
      assertThrows(
          ArchiveConflictException.class,
          () -> {
            try (WalReceiver receiver =
                fixture.receiver(hosts("primary", List.of(primary.port())), archive).start()) {
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
