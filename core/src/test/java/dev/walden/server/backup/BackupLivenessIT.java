package dev.walden.server.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.CountingSocketFactory;
import dev.walden.server.HangingStorage;
import dev.walden.server.Proxy;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.Servers;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.testing.TlsServer;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Base backups whose server, network or storage falls silent, or that are interrupted then. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BackupLivenessIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Far below the hour that a checkpoint, and the minutes that other waits may take. */
  private static final Duration INTERRUPTED = Duration.ofSeconds(10);

  @TempDir static Path folder;
  private static PostgresServer server;

  private final InMemoryStorage memory = new InMemoryStorage();
  private final HangingStorage storage = new HangingStorage(memory, false);
  private final ReceiverFixture fixture = ReceiverFixture.into(storage).limit(LIMIT);
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile BackupProgress last;
  private Thread taking;

  @BeforeAll
  static void start() throws Exception {
    server = TlsServer.create(PostgresBinaries.of(17), folder);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  /** Begins a backup that takes a while, in a thread of its own. */
  private void take(int port, String properties, Duration timeout) throws Exception {
    ArchiveStore archive = fixture.archive(server);
    BaseBackupTaker taker =
        BaseBackupTaker.of(
                Servers.address(
                    server,
                    port,
                    "&loginTimeout=20&socketTimeout=20&socketFactory="
                        + CountingSocketFactory.class.getName()
                        + properties),
                archive)
            .maxRate(2048)
            .partSize(1 << 20)
            .timeout(timeout)
            .progress(step -> last = step)
            .threads(
                task -> {
                  Thread thread = new Thread(task, "backup");
                  thread.setDaemon(true);
                  threads.add(thread);
                  return thread;
                });
    taking =
        new Thread(
            () -> {
              try {
                taker.take();
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    taking.setDaemon(true);
    taking.start();
  }

  private void awaitCopying() throws Exception {
    fixture.await(
        () -> "copying", () -> last != null && last.phase() == BackupProgress.Phase.COPYING);
    fixture.await(
        () -> "a part", () -> memory.list("", "", 1000).stream().anyMatch(o -> isPart(o.name())));
  }

  private static boolean isPart(String name) {
    return name.contains("/backup/") && name.contains(".tar");
  }

  private Throwable failure(Duration within) throws Exception {
    taking.join(within.toMillis());
    assertTrue(!taking.isAlive(), "still at it");
    return failure.get();
  }

  private void interrupt() throws Exception {
    assertNull(failure.get());
    taking.interrupt();
    Throwable end = failure(INTERRUPTED);
    assertTrue(
        end instanceof InterruptedIOException || end instanceof InterruptedException,
        () -> "ended with " + end);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    fixture.await(() -> "threads", () -> threads.stream().noneMatch(Thread::isAlive));
    assertEquals(0, CountingSocketFactory.open(), "open sockets");
    assertTrue(
        memory.list("", "", 1000).stream().noneMatch(object -> object.name().contains("/backup/")),
        () -> memory.list("", "", 1000).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void noticesANetworkThatIsCut(String sslmode) throws Exception {
    try (Proxy proxy = Proxy.of(server.port())) {
      take(proxy.port(), "&sslmode=" + sslmode, Duration.ofSeconds(2));
      awaitCopying();
      proxy.turn(Proxy.State.SWALLOWING);
      assertInstanceOf(ServerUnavailableException.class, failure(LIMIT));
    }
  }

  @Test
  void noticesAServerThatIsFrozen() throws Exception {
    take(server.port(), "", Duration.ofSeconds(2));
    awaitCopying();
    server.freeze();
    try {
      assertInstanceOf(ServerUnavailableException.class, failure(LIMIT));
    } finally {
      server.thaw();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void isInterruptedWhereNothingComes(String sslmode) throws Exception {
    try (Proxy proxy = Proxy.of(server.port())) {
      take(proxy.port(), "&sslmode=" + sslmode, Duration.ofMinutes(5));
      awaitCopying();
      proxy.turn(Proxy.State.SWALLOWING);
      Thread.sleep(300);
      interrupt();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "require"})
  void isInterruptedInALogin(String sslmode) throws Exception {
    try (Proxy proxy = Proxy.of(server.port())) {
      proxy.turn(Proxy.State.SWALLOWING);
      take(proxy.port(), "&sslmode=" + sslmode, Duration.ofMinutes(5));
      fixture.await(() -> "a connection", () -> proxy.accepted() == 1);
      Thread.sleep(300);
      interrupt();
    }
  }

  /** The checkpoint may take an hour. */
  @Test
  void isInterruptedInTheCheckpoint() throws Exception {
    try (Proxy proxy = Proxy.of(server.port());
        Proxy first =
            Proxy.of(proxy.port(), "BASE_BACKUP", () -> proxy.turn(Proxy.State.SWALLOWING))) {
      take(first.port(), "&sslmode=disable", Duration.ofSeconds(2));
      fixture.await(() -> "the command", () -> first.seen() == 1);
      Thread.sleep(3000);
      interrupt();
    }
  }

  @Test
  void isInterruptedWhereTheStorageHangs() throws Exception {
    take(server.port(), "", Duration.ofMinutes(5));
    awaitCopying();
    storage.hang(BackupLivenessIT::isPart);
    fixture.await(() -> "a write that hangs", () -> storage.hanging() > 0);
    Thread.sleep(300);
    interrupt();
    storage.release();
  }
}
