package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.server.ServerAddress;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.protocol.ReplicationStream.Event;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.TlsServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that fall silent or vanish, with and without TLS. */
@Timeout(120)
class LostConnectionIT {
  private static final long PROMISED_SECONDS = 2;

  @TempDir Path folder;
  private PostgresServer server;

  @BeforeEach
  void start() throws Exception {
    server = TlsServer.create(PostgresBinaries.of(17), folder);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void closeEndsAReadThatWaits(String sslmode) throws Exception {
    WalsenderConnection connection = open(sslmode, 60);
    connection.tick(Duration.ofHours(1));
    ReplicationStream stream = stream(connection);
    CompletableFuture<Event> reading =
        inBackground(
            () -> {
              while (true) {
                stream.next();
              }
            });
    assertNotDone(reading);
    closeInTime(connection);
    assertEquals("08006", lost(reading).sqlState());
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void closeEndsAWriteThatWaits(String sslmode) throws Exception {
    WalsenderConnection connection = open(sslmode, 60);
    ReplicationStream stream = stream(connection);
    server.freeze();
    AtomicLong sent = new AtomicLong();
    CompletableFuture<Void> writing =
        inBackground(
            () -> {
              while (true) {
                stream.sendStatus(Lsn.ZERO, Lsn.ZERO, Lsn.ZERO, true);
                sent.incrementAndGet();
              }
            });
    awaitStandstill(sent);
    assertNotDone(writing);
    closeInTime(connection);
    assertEquals("08006", lost(writing).sqlState());
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void aWriteIsGivenUpInTheEnd(String sslmode) throws Exception {
    try (CapturedSocket socket = CapturedSocket.of(address(sslmode, 60), new SocketCapture())) {
      server.freeze();
      byte[] much = new byte[1 << 20];
      IOException failure =
          assertThrows(
              IOException.class,
              () -> {
                for (int i = 0; i < 1000; i++) {
                  socket.write(much, much.length, Duration.ofMillis(500));
                }
              });
      assertTrue(failure.getMessage().contains("did not read"), failure::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void closeEndsABackupThatWaits(String sslmode) throws Exception {
    WalsenderConnection connection = open(sslmode, 60);
    BackupStream backup = connection.baseBackup(BaseBackupOptions.labelled("x"), warning -> {});
    InputStream content = backup.nextArchive().orElseThrow().content();
    server.freeze();
    CompletableFuture<Void> reading = inBackground(() -> assertTrue(content.skip(1L << 40) < 0));
    assertNotDone(reading);
    closeInTime(connection);
    assertEquals("08006", lost(reading).sqlState());
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void aCheckpointMayTakeLongerThanAnAnswer(String sslmode) throws Exception {
    try (WalsenderConnection connection = open(sslmode, 1)) {
      connection.identifySystem();
      server.freeze();
      CompletableFuture<Lsn> backup = new CompletableFuture<>();
      CompletableFuture<Void> taking =
          inBackground(
              () ->
                  backup.complete(
                      connection
                          .baseBackup(BaseBackupOptions.labelled("x"), warning -> {})
                          .end()
                          .endLsn()));
      Thread.sleep(4000);
      assertNotDone(taking);
      server.thaw();
      assertTrue(backup.get(60, TimeUnit.SECONDS).isAfter(Lsn.ZERO));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void aFrozenServerIsUnavailable(String sslmode) throws Exception {
    WalsenderConnection connection = open(sslmode, 2);
    server.freeze();
    ServerUnavailableException silent =
        assertThrows(ServerUnavailableException.class, connection::identifySystem);
    assertEquals("08006", silent.sqlState());
    closeInTime(connection);
    ServerAddress address =
        ServerAddress.of(server.jdbcUrl() + "?user=postgres&loginTimeout=2&sslmode=" + sslmode);
    ServerUnavailableException noLogin =
        assertThrows(ServerUnavailableException.class, () -> ServerIdentity.of(address));
    assertEquals("08001", noLogin.sqlState());
    server.thaw();
    ServerIdentity.of(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void aKilledServerIsUnavailable(String sslmode) throws Exception {
    try (WalsenderConnection connection = open(sslmode, 60)) {
      ReplicationStream stream = stream(connection);
      CompletableFuture<Event> reading =
          inBackground(
              () -> {
                while (true) {
                  stream.next();
                }
              });
      assertNotDone(reading);
      server.kill();
      assertEquals("08006", lost(reading).sqlState());
      assertThrows(IllegalStateException.class, stream::next);
      assertThrows(IllegalStateException.class, connection::identifySystem);
      ServerUnavailableException refused =
          assertThrows(
              ServerUnavailableException.class, () -> ServerIdentity.of(address(sslmode, 60)));
      assertEquals("08001", refused.sqlState());
    }
  }

  private ServerAddress address(String sslmode, int answerSeconds) {
    return ServerAddress.of(
        server.jdbcUrl() + "?user=postgres&sslmode=" + sslmode + "&socketTimeout=" + answerSeconds);
  }

  private WalsenderConnection open(String sslmode, int answerSeconds) throws IOException {
    return WalsenderConnection.open(address(sslmode, answerSeconds));
  }

  private ReplicationStream stream(WalsenderConnection connection) throws IOException {
    return connection.startReplication(
        Optional.empty(), connection.identifySystem().position(), TimelineId.FIRST);
  }

  private interface Work {
    void run() throws IOException;
  }

  private static <T> CompletableFuture<T> inBackground(Work work) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
                outcome.complete(null);
              } catch (Throwable e) {
                outcome.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return outcome;
  }

  private static void awaitStandstill(AtomicLong counter) throws InterruptedException {
    long before = -1;
    while (counter.get() != before) {
      before = counter.get();
      Thread.sleep(500);
    }
  }

  private static void assertNotDone(CompletableFuture<?> future) throws InterruptedException {
    Thread.sleep(300);
    assertTrue(!future.isDone(), future::toString);
  }

  private static void closeInTime(WalsenderConnection connection) throws Exception {
    inBackground(connection::close).get(PROMISED_SECONDS, TimeUnit.SECONDS);
  }

  private static ServerUnavailableException lost(CompletableFuture<?> future) {
    ExecutionException failure =
        assertThrows(
            ExecutionException.class, () -> future.get(PROMISED_SECONDS, TimeUnit.SECONDS));
    return assertInstanceOf(ServerUnavailableException.class, failure.getCause());
  }
}
