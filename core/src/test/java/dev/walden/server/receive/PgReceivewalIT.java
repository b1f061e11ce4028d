package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.WalRange;
import dev.walden.codec.AgeIdentity;
import dev.walden.server.Servers;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.index.WalOutliner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same WAL at the same time to a receiver and to {@code pg_receivewal}, under load. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PgReceivewalIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int WRITERS = 3;
  private static final int TRANSACTIONS = 150;

  @TempDir Path directory;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final ConcurrentLinkedQueue<SQLException> failures = new ConcurrentLinkedQueue<>();

  /** It refuses servers that are newer than it is itself. */
  private static Optional<Path> pgReceivewal(int major) throws IOException {
    Path installed = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(installed)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(installed)) {
      return versions
          .filter(version -> version.getFileName().toString().matches("[0-9]{2}"))
          .filter(version -> Integer.parseInt(version.getFileName().toString()) >= major)
          .map(version -> version.resolve("bin/pg_receivewal"))
          .filter(Files::isExecutable)
          .findFirst();
    }
  }

  private Thread writer(PostgresServer server, int number) {
    Thread thread =
        new Thread(
            () -> {
              Random random = new Random(number);
              try (Connection connection = server.connect();
                  Statement statement = connection.createStatement()) {
                for (int i = 0; i < TRANSACTIONS; i++) {
                  statement.execute(
                      "INSERT INTO t SELECT repeat(md5(i::text), "
                          + random.nextInt(20)
                          + ") FROM generate_series(1, "
                          + random.nextInt(200)
                          + ") i");
                  if (random.nextInt(100) == 0) {
                    statement.execute("SELECT pg_switch_wal()");
                  }
                }
              } catch (SQLException e) {
                failures.add(e);
              }
            });
    thread.start();
    return thread;
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void receivesTheSameBytes(int major) throws Exception {
    Optional<Path> program = pgReceivewal(major);
    String missing = "no pg_receivewal of version " + major + " or later is installed";
    if (program.isEmpty()) {
      System.out.println("not compared on PostgreSQL " + major + ": " + missing);
    }
    assumeTrue(program.isPresent(), missing);
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive =
            ReceiverFixture.into(new InMemoryStorage())
                .settings(
                    ArchiveSettings.defaults()
                        .encryptTo(identity.recipient())
                        .decryptWith(identity))
                .archive(server)) {
      Path theirs = Files.createDirectory(directory.resolve("theirs"));
      receiveBoth(program.get(), server, archive, theirs);
      compare(archive, theirs);
      compareIndex(archive);
    }
  }

  private void receiveBoth(Path program, PostgresServer server, ArchiveStore archive, Path theirs)
      throws Exception {
    try (WalReceiver receiver =
        WalReceiver.from(Servers.address(server)).into(archive).slot("walden").start()) {
      Process process = start(program, server, theirs);
      try {
        awaitFirstFile(theirs);
        Lsn end = load(server, archive);
        WalSegment last =
            WalSegment.containing(TimelineId.FIRST, end, archive.cluster().segmentSize());
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!Files.exists(theirs.resolve(last.toString()))
            || receiver.status().archived().compareTo(last.end()) < 0) {
          assertTrue(System.nanoTime() < deadline, "not there: " + last);
          assertFalse(receiver.await(Duration.ofMillis(20)), "the receiver has ended");
        }
      } finally {
        process.destroy();
        process.waitFor(10, TimeUnit.SECONDS);
      }
    }
  }

  /** Without a slot it receives only what is written after it has begun. */
  private static void awaitFirstFile(Path theirs) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (isEmpty(theirs)) {
      assertTrue(System.nanoTime() < deadline, "pg_receivewal does not begin");
      Thread.sleep(20);
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  /** The receiver makes outlines of what streams by, not of the segments. */
  private static void compareIndex(ArchiveStore archive) throws IOException {
    List<WalOutline> stored = outlines(archive);
    assertEquals(0, archive.index().update().segments(), "segments without an outline");
    for (WalOutline outline : stored) {
      WalSegment segment = outline.firstSegment();
      try (InputStream in = archive.open(segment).orElseThrow()) {
        assertEquals(WalOutliner.outline(segment, in), outline);
      }
    }
  }

  private static List<WalOutline> outlines(ArchiveStore archive) throws IOException {
    List<WalOutline> stored = new ArrayList<>();
    for (WalRange range : archive.inventory().ranges(TimelineId.FIRST)) {
      stored.addAll(archive.index().segments(range));
    }
    assertTrue(stored.size() >= 10, stored::toString);
    return stored;
  }

  private Process start(Path program, PostgresServer server, Path target) throws IOException {
    return new ProcessBuilder(
            program.toString(),
            "-D",
            target.toString(),
            "-h",
            "127.0.0.1",
            "-p",
            "" + server.port(),
            "-U",
            server.user(),
            "--no-password",
            "--no-sync")
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("pg_receivewal.log").toFile())
        .start();
  }

  /** Has many write at once. Returns a position in the last whole segment. */
  private Lsn load(PostgresServer server, ArchiveStore archive) throws Exception {
    server.execute("CREATE TABLE t (v text)");
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(writer(server, i));
    }
    for (Thread writer : writers) {
      writer.join(LIMIT.toMillis());
    }
    assertTrue(failures.isEmpty(), failures.toString());
    server.execute("CREATE TABLE u ()", "SELECT pg_switch_wal()");
    Lsn position = Lsn.parse(server.query("SELECT pg_current_wal_lsn()"));
    return archive.cluster().segmentSize().floor(position).plus(-1);
  }

  private void compare(ArchiveStore archive, Path theirs) throws Exception {
    int compared = 0;
    try (var files = Files.newDirectoryStream(theirs, "????????????????????????")) {
      for (Path file : files) {
        Path fetched = directory.resolve("fetched");
        archive.fetch(WalFileName.parse(file.getFileName().toString()), fetched);
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(fetched), file.toString());
        compared++;
      }
    }
    assertTrue(compared >= 10, "only " + compared + " segments were compared");
  }
}
