package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.Proxy;
import dev.walden.server.ServerAddress;
import dev.walden.server.Servers;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.testing.TlsServer;
import dev.walden.wal.Lsn;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Receivers whose server, or whose network, falls silent: they notice, and go on. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LivenessIT {
  private static final Duration SILENCE = Duration.ofSeconds(2);

  /** The promise is {@link #SILENCE}; this is what a busy machine may add. */
  private static final Duration NOTICED = Duration.ofSeconds(20);

  @TempDir static Path folder;
  private static PostgresServer server;

  private final ReceiverFixture fixture = ReceiverFixture.into(new InMemoryStorage());
  private final ReceiverFixture noticing = fixture.limit(NOTICED);

  @BeforeAll
  static void start() throws Exception {
    server =
        TlsServer.builder(PostgresBinaries.of(16), folder)
            .segmentSize(ReceiverFixture.SEGMENT_SIZE)
            .setting("wal_keep_size", "512MB")
            .create();
    server.execute("CREATE TABLE t (v text)");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static ServerAddress address(Proxy proxy, String sslmode) {
    return address(proxy, sslmode, 3);
  }

  private static ServerAddress address(Proxy proxy, String sslmode, int walSenderTimeout) {
    return Servers.address(
        server,
        proxy.port(),
        "&sslmode="
            + sslmode
            + "&sendBufferSize=4096&options=-c%20wal_sender_timeout="
            + walSenderTimeout
            + "s");
  }

  private static WalReceiver.Builder receiver(ServerAddress address, ArchiveStore archive) {
    return WalReceiver.from(address)
        .into(archive)
        .timeout(SILENCE)
        .statusInterval(Duration.ofSeconds(1))
        .retryLimit(Duration.ofMillis(500));
  }

  /** Writes segments, and returns their end. */
  private static Lsn write(int rows) throws Exception {
    server.execute(
        "INSERT INTO t SELECT repeat(md5(i::text), 4) FROM generate_series(1, " + rows + ") i",
        "SELECT pg_switch_wal()");
    return server.flushed();
  }

  private void awaitArchived(WalReceiver receiver, Lsn end) throws Exception {
    fixture.awaitArchived(receiver, ReceiverFixture.SEGMENT_SIZE.floor(end));
  }

  private static boolean isTroubled(WalReceiver receiver) {
    return receiver.status().state() != WalReceiverStatus.State.STREAMING
        && receiver.status().trouble().isPresent();
  }

  @ParameterizedTest
  @CsvSource({"disable, SWALLOWING", "require, SWALLOWING", "require, NOT_READING"})
  void noticesANetworkThatIsCut(String sslmode, Proxy.State cut) throws Exception {
    try (Proxy proxy = Proxy.of(server.port());
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver =
            receiver(address(proxy, sslmode), archive).slot("cut_" + cut.ordinal()).start()) {
      awaitArchived(receiver, write(3000));
      proxy.turn(cut);
      write(3000);
      noticing.await(receiver, () -> isTroubled(receiver));
      // nor does a login go through; each takes its time
      int logins = proxy.accepted();
      noticing.await(receiver, () -> proxy.accepted() > logins);
      proxy.turn(Proxy.State.FORWARDING);
      awaitArchived(receiver, write(3000));
      Servers.assertArchived(server, archive, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"disable", "require"})
  void noticesAServerThatIsFrozen(String sslmode) throws Exception {
    try (Proxy proxy = Proxy.of(server.port());
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver =
            receiver(address(proxy, sslmode), archive).slot("frozen_" + sslmode).start()) {
      awaitArchived(receiver, write(3000));
      server.freeze();
      try {
        noticing.await(receiver, () -> isTroubled(receiver));
        int logins = proxy.accepted();
        noticing.await(receiver, () -> proxy.accepted() > logins);
      } finally {
        server.thaw();
      }
      awaitArchived(receiver, write(3000));
      Servers.assertArchived(server, archive, 1);
    }
  }

  /** It is the receiving thread that writes, so it must not do so for ever. */
  @ParameterizedTest
  @CsvSource({"disable", "require"})
  void noticesANetworkThatTakesNothing(String sslmode) throws Exception {
    try (Proxy proxy = Proxy.of(server.port());
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver =
            receiver(address(proxy, sslmode, 60), archive)
                .slot("deaf_" + sslmode)
                .spool(folder.resolve("spool_" + sslmode))
                .start()) {
      awaitArchived(receiver, write(3000));
      long connections = receiver.status().connections();
      proxy.turn(Proxy.State.DEAF);
      long deadline = System.nanoTime() + NOTICED.toNanos();
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        while (!isTroubled(receiver)) {
          assertTrue(System.nanoTime() < deadline, receiver.status().toString());
          // each is forced and reported, until the sockets' buffers are full
          statement.execute("INSERT INTO t VALUES ('x')");
        }
      }
      proxy.turn(Proxy.State.FORWARDING);
      awaitArchived(receiver, write(3000));
      assertTrue(receiver.status().connections() > connections);
      Servers.assertArchived(server, archive, 1);
    }
  }

  @Test
  void doesNotSpinWhereConnectionsAreReset() throws Exception {
    try (Proxy proxy = Proxy.of(server.port());
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = receiver(address(proxy, "disable"), archive).slot("reset").start()) {
      awaitArchived(receiver, write(3000));
      int before = proxy.accepted();
      long start = System.nanoTime();
      proxy.turn(Proxy.State.RESETTING);
      write(3000);
      noticing.await(receiver, () -> proxy.accepted() >= before + 5);
      // 100 to 200 ms, 200 to 400, and then 250 to 500 each
      long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertTrue(tookMs >= 1000, "tried five times within " + tookMs + " ms");
      proxy.turn(Proxy.State.FORWARDING);
      awaitArchived(receiver, write(3000));
      Servers.assertArchived(server, archive, 1);
    }
  }

  @Test
  void goesOnAfterTheServerWasKilled() throws Exception {
    try (ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = receiver(Servers.address(server), archive).slot("killed").start()) {
      awaitArchived(receiver, write(3000));
      long connections = receiver.status().connections();
      server.kill();
      noticing.await(receiver, () -> isTroubled(receiver));
      server.start();
      awaitArchived(receiver, write(3000));
      assertTrue(receiver.status().connections() > connections);
      Servers.assertArchived(server, archive, 1);
    }
  }
}
