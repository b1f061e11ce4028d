package dev.walden.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.WalTail;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.codec.AgeIdentity;
import dev.walden.server.BaseBackupTaker;
import dev.walden.server.ServerAddress;
import dev.walden.server.WalReceiver;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A receiver that archives in pieces is the synchronous standby. The server and the receiver are
 * killed while clients commit; a new server is recovered from the archive alone, and must have
 * every commit that returned.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AcknowledgedCommitsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int WRITERS = 4;

  @TempDir Path directory;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final Set<Integer> committed = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean over = new AtomicBoolean();

  private PostgresServer server(int major) throws Exception {
    return PostgresServer.builder(PostgresBinaries.of(major), directory.resolve("data"))
        .segmentSize(WalSegmentSize.ofMegabytes(1))
        .setting("max_wal_size", "32MB")
        .setting("min_wal_size", "2MB")
        .create();
  }

  private static String url(PostgresServer server) {
    return server.jdbcUrl() + "?ApplicationName=walden&user=" + server.user();
  }

  private Thread writer(PostgresServer server, int number) {
    Thread thread =
        new Thread(
            () -> {
              try (Connection connection = server.connect();
                  Statement statement = connection.createStatement()) {
                Random random = new Random(number);
                for (int i = number; !over.get(); i += WRITERS) {
                  int length = random.nextInt(20) == 0 ? 200_000 : 100;
                  statement.execute(
                      "INSERT INTO marks SELECT "
                          + i
                          + ", string_agg(md5(random()::text), '') FROM generate_series(1, "
                          + length / 32
                          + ")");
                  committed.add(i);
                }
              } catch (SQLException e) {
                // the server was killed
              }
            },
            "writer " + number);
    thread.start();
    return thread;
  }

  /** How the two die, and how the WAL comes to the new server. */
  @ParameterizedTest
  @CsvSource({
    "14, true, false, false",
    "15, false, true, false",
    "16, true, true, false",
    "17, false, false, false",
    "18, false, true, false",
    "17, true, false, true",
    "18, false, true, true"
  })
  void surviveTheirServerAndTheReceiver(
      int major, boolean receiverFirst, boolean byCommand, boolean spooled) throws Exception {
    Optional<Path> spool = Optional.of(directory.resolve("spool")).filter(folder -> spooled);
    Path storage = directory.resolve("archive");
    FileSystemStorage.createAt(storage).close();
    ArchiveSettings settings =
        ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity);
    Path log = directory.resolve("receiver.log");
    try (PostgresServer server = server(major);
        ArchiveStore archive =
            ArchiveStore.openOrCreate(
                FileSystemStorage.at(storage),
                settings,
                ServerAddress.of(url(server)).identity())) {
      server.execute(
          "CREATE TABLE marks (i int, v text)",
          "ALTER TABLE marks ALTER v SET STORAGE EXTERNAL",
          "ALTER SYSTEM SET synchronous_standby_names = 'walden'",
          "SELECT pg_reload_conf()");
      Process receiver =
          ReceiverProgram.start(url(server), storage, identity.recipient(), spool, log);
      List<Thread> writers = new ArrayList<>();
      try {
        BaseBackupTaker.of(ServerAddress.of(url(server)), archive).take();
        for (int i = 0; i < WRITERS; i++) {
          writers.add(writer(server, i));
        }
        awaitCommits(300, receiver, log);
        // another one goes on behind what the first one left
        kill(receiver);
        receiver = ReceiverProgram.start(url(server), storage, identity.recipient(), spool, log);
        awaitCommits(committed.size() + 300, receiver, log);
        if (receiverFirst) {
          kill(receiver);
          Thread.sleep(100);
          server.kill();
        } else {
          server.kill();
          kill(receiver);
        }
      } finally {
        over.set(true);
        receiver.destroyForcibly();
        for (Thread writer : writers) {
          writer.join(LIMIT.toMillis());
        }
      }
      if (spooled) {
        WalReceiver.archiveSpool(archive, spool.get());
      }
      assertRecovered(archive, storage, major, byCommand);
    }
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private void awaitCommits(int count, Process receiver, Path log) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (committed.size() < count) {
      assertTrue(
          System.nanoTime() < deadline && receiver.isAlive(),
          committed.size() + " commits; the receiver: " + Files.readString(log));
      Thread.sleep(20);
    }
  }

  private void assertRecovered(ArchiveStore archive, Path storage, int major, boolean byCommand)
      throws Exception {
    List<WalTail> tails = archive.inventory().tails();
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
    Path data = directory.resolve("restored");
    Restore restore = Restore.of(plan).from(archive).into(data);
    if (byCommand) {
      restore.restoreCommand(
          RestoreCommand.shell(
              RestoreCommandProgram.command(
                  storage, identity.secretKey(), RestoreCommandProgram.Trouble.NONE)));
    }
    restore.run();
    SimulatedRecovery foreseen = RecoverySimulator.of(archive).simulate(plan);
    try (PostgresServer restored = PostgresServer.startExisting(PostgresBinaries.of(major), data)) {
      restored.awaitPromotion(LIMIT);
      Set<Integer> lost = new HashSet<>(committed);
      try (Connection connection = restored.connect();
          Statement statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT i FROM marks")) {
        while (rows.next()) {
          lost.remove(rows.getInt(1));
        }
      }
      assertEquals(
          Set.of(), lost, "of " + committed.size() + " commits, with " + tails + "\n" + plan);
      assertTrue(restored.log().contains("redo done at"), () -> "no redo, foreseen: " + foreseen);
    }
  }
}
