package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.server.CountingSocketFactory;
import dev.walden.server.HangingStorage;
import dev.walden.server.Proxy;
import dev.walden.server.ServerAddress;
import dev.walden.server.Servers;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.testing.TlsServer;
import dev.walden.wal.Lsn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A receiver can be closed in two seconds whatever it is doing, and leaves nothing behind. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClosingIT {
  /** Two seconds, and one for a busy machine. */
  private static final Duration PROMISED = Duration.ofSeconds(3);

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String DRIVERS_THREAD = "PostgreSQL JDBC driver connection thread";

  @TempDir static Path folder;
  private static PostgresServer server;

  private static int slots;

  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  private final Queue<WalReceiver> receivers = new ConcurrentLinkedQueue<>();
  private final HangingStorage storage = new HangingStorage(new InMemoryStorage(), false);
  private final ReceiverFixture fixture = ReceiverFixture.into(storage).limit(LIMIT);

  @BeforeAll
  static void start() throws Exception {
    server =
        TlsServer.builder(PostgresBinaries.of(17), folder)
            .segmentSize(ReceiverFixture.SEGMENT_SIZE)
            .setting("max_replication_slots", "50")
            .setting("max_wal_senders", "50")
            .create();
    server.execute("CREATE TABLE t (v text)");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    receivers.forEach(WalReceiver::close);
    fixture.await(() -> "threads", () -> threads.stream().noneMatch(Thread::isAlive));
    fixture.await(
        () -> "the driver's threads",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals(DRIVERS_THREAD)));
    assertEquals(0, CountingSocketFactory.open(), "open sockets");
  }

  private static ServerAddress address(int port, String properties) {
    return Servers.address(
        server, port, "&socketFactory=" + CountingSocketFactory.class.getName() + properties);
  }

  private WalReceiver.Builder receiver(ServerAddress address) throws IOException {
    return WalReceiver.from(address)
        .into(fixture.archive(server))
        .slot("closing_" + ++slots)
        .threads(
            task -> {
              Thread thread = new Thread(task, "closing");
              thread.setDaemon(true);
              threads.add(thread);
              return thread;
            });
  }

  private WalReceiver started(WalReceiver receiver) {
    receivers.add(receiver);
    return receiver;
  }

  private static void closeInTime(WalReceiver receiver) throws Exception {
    long start = System.nanoTime();
    receiver.close();
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(tookMs < PROMISED.toMillis(), "close() took " + tookMs + " ms");
    assertTrue(receiver.await(Duration.ofSeconds(10)), receiver.status().toString());
  }

  private void awaitState(WalReceiver receiver, WalReceiverStatus.State state) throws Exception {
    fixture.await(state::toString, () -> receiver.status().state() == state);
  }

  private void awaitCaughtUp(WalReceiver receiver) throws Exception {
    write(10);
    Lsn end = ReceiverFixture.SEGMENT_SIZE.floor(server.flushed());
    fixture.await(() -> "caught up", () -> !receiver.status().archived().isBefore(end));
  }

  private boolean isIn(String method) {
    return threads.stream()
        .flatMap(thread -> List.of(thread.getStackTrace()).stream())
        .anyMatch(frame -> frame.toString().contains(method));
  }

  private static void write(int rows) throws Exception {
    server.execute(
        "INSERT INTO t SELECT repeat(md5(i::text), 4) FROM generate_series(1, " + rows + ") i",
        "SELECT pg_switch_wal()");
  }

  /** The kernel drops further SYNs when nobody accepts. */
  @ParameterizedTest
  @ValueSource(strings = {"", "&loginTimeout=0&connectTimeout=0"})
  void whileASynIsNotAnswered(String limits) throws Exception {
    List<Socket> filling = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 4; i++) {
        Socket socket = new Socket();
        filling.add(socket);
        Thread connecting =
            new Thread(
                () -> {
                  try {
                    socket.connect(full.getLocalSocketAddress());
                  } catch (IOException e) {
                    // closed at the end
                  }
                });
        connecting.setDaemon(true);
        connecting.start();
      }
      Thread.sleep(200);
      WalReceiver receiver = started(receiver(address(full.getLocalPort(), limits)).start());
      fixture.await(() -> "connecting", () -> CountingSocketFactory.open() == 1);
      Thread.sleep(300);
      assertEquals(WalReceiverStatus.State.CONNECTING, receiver.status().state());
      closeInTime(receiver);
    } finally {
      for (Socket socket : filling) {
        socket.close();
      }
    }
  }

  /** With {@code prefer} the driver tries again without TLS when TLS fails. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "&sslmode=disable",
        "&sslmode=require",
        "&sslmode=prefer",
        "&sslmode=prefer&loginTimeout=0"
      })
  void whileALoginIsNotAnswered(String properties) throws Exception {
    try (Proxy proxy = Proxy.of(server.port())) {
      proxy.turn(Proxy.State.SWALLOWING);
      WalReceiver receiver = started(receiver(address(proxy.port(), properties)).start());
      fixture.await(() -> "a connection", () -> proxy.accepted() == 1);
      Thread.sleep(300);
      closeInTime(receiver);
      Thread.sleep(300);
      assertEquals(1, proxy.accepted());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"require", "prefer"})
  void inATlsHandshake(String sslmode) throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      WalReceiver receiver =
          started(receiver(address(listening.getLocalPort(), "&sslmode=" + sslmode)).start());
      try (Socket client = listening.accept()) {
        client.getInputStream().readNBytes(8);
        client.getOutputStream().write('S');
        // the first byte of the client's hello
        assertEquals(22, client.getInputStream().read());
        closeInTime(receiver);
      }
    }
  }

  @Test
  void whileAnAnswerIsAwaited() throws Exception {
    try (Proxy proxy = Proxy.of(server.port())) {
      try (Proxy first =
          Proxy.of(proxy.port(), "IDENTIFY_SYSTEM", () -> proxy.turn(Proxy.State.SWALLOWING))) {
        WalReceiver receiver = started(receiver(address(first.port(), "&sslmode=disable")).start());
        fixture.await(() -> "the command", () -> first.seen() == 1);
        Thread.sleep(200);
        closeInTime(receiver);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void whileItStreams(String sslmode) throws Exception {
    try (Proxy proxy = Proxy.of(server.port())) {
      WalReceiver receiver =
          started(receiver(address(proxy.port(), "&sslmode=" + sslmode)).start());
      awaitState(receiver, WalReceiverStatus.State.STREAMING);
      proxy.turn(Proxy.State.SWALLOWING);
      closeInTime(receiver);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void whileAStatusCannotBeWritten(String sslmode) throws Exception {
    try (Proxy proxy = Proxy.of(server.port())) {
      String properties =
          "&sendBufferSize=4096&options=-c%20wal_sender_timeout=60s&sslmode=" + sslmode;
      WalReceiver receiver =
          started(
              receiver(address(proxy.port(), properties))
                  .spool(folder.resolve("spool_" + sslmode))
                  .start());
      awaitState(receiver, WalReceiverStatus.State.STREAMING);
      proxy.turn(Proxy.State.DEAF);
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        long blocked = 0;
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (blocked < 20) {
          assertTrue(System.nanoTime() < deadline, "nothing blocks");
          statement.execute("INSERT INTO t VALUES ('x')");
          blocked = isIn("CapturedSocket.write") ? blocked + 1 : 0;
        }
      }
      closeInTime(receiver);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whileTheStorageHangs(boolean deaf) throws Exception {
    HangingStorage hanging = new HangingStorage(new InMemoryStorage(), deaf);
    try {
      WalReceiver receiver =
          started(
              receiver(address(server.port(), ""))
                  .into(ReceiverFixture.into(hanging).archive(server))
                  .parallelism(2)
                  .start());
      awaitCaughtUp(receiver);
      hanging.hang(name -> name.contains("wal/"));
      write(20_000);
      // both that push, and no room is left: the receiving thread waits for some
      fixture.await(() -> "puts", () -> hanging.hanging() == 2 && isIn("SegmentPool.open"));
      closeInTime(receiver);
      assertEquals(deaf ? 2 : 0, hanging.hanging());
    } finally {
      hanging.release();
    }
  }

  @Test
  void whileItsSpoolIsFull() throws Exception {
    WalReceiver receiver =
        started(
            receiver(address(server.port(), ""))
                .spool(folder.resolve("full"))
                .spoolLimit(3 << 20)
                .start());
    awaitCaughtUp(receiver);
    storage.hang(name -> name.contains("wal/"));
    write(30_000);
    fixture.await(() -> "no room", () -> isIn("SegmentPool.open"));
    closeInTime(receiver);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whilePiecesCannotBeStored(boolean deaf) throws Exception {
    HangingStorage hanging = new HangingStorage(new InMemoryStorage(), deaf);
    try {
      WalReceiver receiver =
          started(
              receiver(address(server.port(), ""))
                  .into(ReceiverFixture.into(hanging).archive(server))
                  .tail()
                  .tailInterval(Duration.ZERO)
                  .start());
      awaitCaughtUp(receiver);
      hanging.hang(name -> name.contains("wal/"));
      write(20_000);
      fixture.await(
          () -> "a piece, a segment, and one behind",
          () -> hanging.hanging() == 2 && isIn("LedgerLock.await"));
      closeInTime(receiver);
    } finally {
      hanging.release();
    }
  }

  @Test
  void whileTheArchiveIsListed() throws Exception {
    WalReceiver receiver;
    try (Proxy proxy = Proxy.of(server.port())) {
      receiver = started(receiver(address(proxy.port(), "")).start());
      storage.hang(name -> true);
      fixture.await(() -> "a list", () -> storage.hanging() == 1);
      closeInTime(receiver);
    }
  }

  @Test
  void beforeItTriesAgain() throws Exception {
    Proxy proxy = Proxy.of(server.port());
    proxy.close();
    WalReceiver receiver = started(receiver(address(proxy.port(), "")).start());
    fixture.await(
        () -> "a wait of some length",
        () -> threads.peek().getState() == Thread.State.TIMED_WAITING);
    awaitState(receiver, WalReceiverStatus.State.WAITING);
    assertFalse(receiver.status().trouble().isEmpty());
    closeInTime(receiver);
  }
}
