package dev.walden.server.receive.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.ServerAddress;
import dev.walden.server.Servers;
import dev.walden.server.SpoolInUseException;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.server.receive.WalReceiverStatus;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A receiver with a spool that is started again while the storage is away. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpoolRestartIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(storage, 1);

  private PostgresServer server(int major) throws Exception {
    return PostgresServer.builder(PostgresBinaries.of(major), directory.resolve("data"))
        .segmentSize(SIZE)
        .setting("wal_level", "replica")
        .setting("wal_keep_size", "512MB")
        .setting("autovacuum", "off")
        .create();
  }

  private ArchiveStore archive(PostgresServer server) throws Exception {
    return ArchiveStore.openOrCreate(
        faulty, ArchiveSettings.defaults(), ServerIdentity.of(Servers.address(server)));
  }

  private WalReceiver.Builder receiver(PostgresServer server, ArchiveStore archive) {
    Properties properties = new Properties();
    properties.setProperty("user", server.user());
    properties.setProperty("ApplicationName", "w");
    return WalReceiver.from(ServerAddress.of(server.jdbcUrl(), properties))
        .into(archive)
        .slot("walden")
        .spool(directory.resolve("spool"))
        .retryLimit(Duration.ofMillis(300));
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

  private static Lsn flushed(PostgresServer server) throws Exception {
    return Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()"));
  }

  private long spooled() throws Exception {
    try (var files =
        Files.newDirectoryStream(directory.resolve("spool"), "????????????????????????")) {
      long count = 0;
      for (Path file : files) {
        count += Files.size(file) == SIZE.bytes() ? 1 : 0;
      }
      return count;
    }
  }

  private static void promote(PostgresServer server) throws Exception {
    server.stop();
    Files.createFile(server.dataDirectory().resolve("standby.signal"));
    server.start();
    server.execute("SELECT pg_promote()");
    server.awaitPromotion(LIMIT);
  }

  @ParameterizedTest
  @CsvSource({"14, false", "17, false", "17, true"})
  void commitsReturnThoughTheStorageIsAway(int major, boolean promoted) throws Exception {
    try (PostgresServer server = server(major);
        ArchiveStore archive = archive(server)) {
      Lsn start;
      try (WalReceiver receiver = receiver(server, archive).start()) {
        server.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()");
        start = SIZE.floor(flushed(server));
        await(receiver, () -> !receiver.status().archived().isBefore(start));
        faulty.setUnavailable(true);
        server.execute(
            "INSERT INTO t SELECT repeat(md5(i::text), 20) FROM generate_series(1, 5000) i");
        Lsn end = flushed(server);
        await(receiver, () -> !receiver.status().durable().isBefore(end));
      }
      assertTrue(spooled() >= 3, "only " + spooled() + " segments are spooled");
      if (promoted) {
        promote(server);
      }
      Lsn last;
      try (WalReceiver receiver = receiver(server, archive).start()) {
        await(receiver, () -> receiver.status().state() == WalReceiverStatus.State.STREAMING);
        server.execute(
            "ALTER SYSTEM SET synchronous_standby_names = 'w'", "SELECT pg_reload_conf()");
        for (int i = 0; i < 50; i++) {
          server.execute("INSERT INTO t VALUES (repeat('x', 20000 + " + i + "))");
        }
        assertFalse(receiver.status().durable().isBefore(flushed(server).plus(-8192)));
        assertTrue(spooled() >= 3, "something was archived");
        faulty.setUnavailable(false);
        server.execute("SELECT pg_switch_wal()");
        last = SIZE.floor(flushed(server));
        await(receiver, () -> !receiver.status().archived().isBefore(last));
        await(receiver, () -> spooled() == 0);
      }
      for (WalSegment s = WalSegment.containing(timeline(promoted), start, SIZE);
          s.start().isBefore(last);
          s = s.next()) {
        Path fetched = directory.resolve("fetched");
        WalSegment first = WalSegment.containing(TimelineId.FIRST, s.start(), SIZE);
        WalSegment of = archive.contains(s.fileName()) ? s : first;
        archive.fetch(of.fileName(), fetched);
        assertArrayEquals(
            Servers.segment(server, of.toString()), Files.readAllBytes(fetched), of.toString());
      }
      assertEquals(promoted, archive.contains(WalFileName.parse("00000002.history")));
    }
  }

  @Test
  void theHistoryOfSpooledWalIsSpooledToo() throws Exception {
    WalFileName history = WalFileName.parse("00000002.history");
    try (PostgresServer server = server(17);
        ArchiveStore archive = archive(server)) {
      try (WalReceiver receiver = receiver(server, archive).start()) {
        server.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()");
        Lsn start = SIZE.floor(flushed(server));
        await(receiver, () -> !receiver.status().archived().isBefore(start));
        faulty.setUnavailable(true);
        server.execute("INSERT INTO t VALUES ('spooled')");
        Lsn end = flushed(server);
        await(receiver, () -> !receiver.status().durable().isBefore(end));
      }
      promote(server);
      try (WalReceiver receiver = receiver(server, archive).start()) {
        server.execute("SELECT pg_switch_wal()", "CHECKPOINT");
        Lsn end = flushed(server);
        await(receiver, () -> !receiver.status().durable().isBefore(end));
      }
      server.stop();
      faulty.setUnavailable(false);
      assertFalse(archive.contains(history));
      WalReceiver.archiveSpool(archive, directory.resolve("spool"));
      assertTrue(archive.contains(history));
    }
  }

  private static TimelineId timeline(boolean promoted) {
    return promoted ? new TimelineId(2) : TimelineId.FIRST;
  }

  @Test
  void aSecondReceiverIsRefused() throws Exception {
    try (PostgresServer server = server(17);
        ArchiveStore archive = archive(server)) {
      try (WalReceiver receiver = receiver(server, archive).start()) {
        assertThrows(SpoolInUseException.class, () -> receiver(server, archive).start());
        assertThrows(
            SpoolInUseException.class,
            () -> WalReceiver.archiveSpool(archive, directory.resolve("spool")));
        await(receiver, () -> receiver.status().state() == WalReceiverStatus.State.STREAMING);
      }
      WalReceiver.archiveSpool(archive, directory.resolve("spool"));
      try (WalReceiver receiver = receiver(server, archive).start()) {
        await(receiver, () -> receiver.status().state() == WalReceiverStatus.State.STREAMING);
      }
    }
  }

  /** A server that was set back to an earlier state writes other WAL in the same place. */
  @Test
  void whatDiffersIsArchivedAsAPartialSegment() throws Exception {
    Path before = directory.resolve("before");
    try (PostgresServer server = server(17);
        ArchiveStore archive = archive(server)) {
      try (WalReceiver receiver = receiver(server, archive).start()) {
        await(receiver, () -> receiver.status().state() == WalReceiverStatus.State.STREAMING);
      }
      server.stop();
      Servers.copy(server.dataDirectory(), before);
      server.start();
      Lsn end;
      try (WalReceiver receiver = receiver(server, archive).start()) {
        server.execute("CREATE TABLE a (i int)", "INSERT INTO a VALUES (1)");
        end = flushed(server);
        await(receiver, () -> !receiver.status().durable().isBefore(end));
      }
      server.kill();
      try (PostgresServer back =
          PostgresServer.builder(server.binaries(), before).startExisting()) {
        back.execute("CREATE TABLE b (i int, j text, k text)");
        try (WalReceiver receiver = receiver(back, archive).start()) {
          back.execute("SELECT pg_switch_wal()");
          Lsn last = SIZE.floor(flushed(back));
          await(receiver, () -> !receiver.status().archived().isBefore(last));
          await(receiver, () -> SpooledSegment.diverged(directory.resolve("spool")).isEmpty());
        }
        WalSegment segment = WalSegment.containing(TimelineId.FIRST, end, SIZE);
        int length = SIZE.offset(end);
        Path fetched = directory.resolve("fetched");
        archive.fetch(new WalFileName.Partial(segment.fileName()), fetched);
        assertArrayEquals(
            Arrays.copyOf(Servers.segment(server, segment.toString()), length),
            Arrays.copyOf(Files.readAllBytes(fetched), length));
        archive.fetch(segment.fileName(), fetched);
        assertArrayEquals(Servers.segment(back, segment.toString()), Files.readAllBytes(fetched));
      }
    }
  }

  /** The disk of the spool is smaller than it may grow, and the storage is away. */
  @Test
  void aFullDiskIsWaitedFor() throws Exception {
    Path spool = Files.createDirectory(directory.resolve("spool"));
    String[] mount = {"mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", spool.toString()};
    boolean mounted = new ProcessBuilder(mount).start().waitFor() == 0;
    if (!mounted) {
      System.out.println("not tried with a full disk: no small file system can be mounted here");
    }
    assumeTrue(mounted, "no small file system can be mounted");
    try (PostgresServer server = server(17);
        ArchiveStore archive = archive(server)) {
      try (WalReceiver receiver = receiver(server, archive).start()) {
        await(receiver, () -> receiver.status().state() == WalReceiverStatus.State.STREAMING);
        faulty.setUnavailable(true);
        server.execute(
            "CREATE TABLE t AS SELECT repeat(md5(i::text), 30) v FROM generate_series(1, 8000) i");
        await(receiver, () -> receiver.status().connections() > 2);
        faulty.setUnavailable(false);
        server.execute("SELECT pg_switch_wal()");
        Lsn end = SIZE.floor(Lsn.parse(server.query("SELECT pg_current_wal_lsn()")));
        await(receiver, () -> !receiver.status().archived().isBefore(end));
      }
    } finally {
      new ProcessBuilder("umount", spool.toString()).start().waitFor();
    }
  }
}
