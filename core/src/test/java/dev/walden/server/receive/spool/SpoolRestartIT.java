package dev.walden.server.receive.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.Servers;
import dev.walden.server.SpoolInUseException;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
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
  private static final WalSegmentSize SIZE = ReceiverFixture.SEGMENT_SIZE;

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(storage, 1);
  private final ReceiverFixture fixture = ReceiverFixture.into(faulty);

  private WalReceiver.Builder receiver(PostgresServer server, ArchiveStore archive) {
    Properties name = new Properties();
    name.setProperty("ApplicationName", "w");
    return fixture
        .receiver(ReceiverFixture.address(server, name), archive)
        .spool(directory.resolve("spool"));
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
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      Lsn start;
      try (WalReceiver receiver = receiver(server, archive).start()) {
        server.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()");
        start = SIZE.floor(server.flushed());
        fixture.awaitArchived(receiver, start);
        faulty.setUnavailable(true);
        server.execute(
            "INSERT INTO t SELECT repeat(md5(i::text), 20) FROM generate_series(1, 5000) i");
        Lsn end = server.flushed();
        fixture.awaitDurable(receiver, end);
      }
      assertTrue(spooled() >= 3, "only " + spooled() + " segments are spooled");
      if (promoted) {
        promote(server);
      }
      Lsn last;
      try (WalReceiver receiver = receiver(server, archive).start()) {
        fixture.awaitStreaming(receiver);
        server.execute(
            "ALTER SYSTEM SET synchronous_standby_names = 'w'", "SELECT pg_reload_conf()");
        for (int i = 0; i < 50; i++) {
          server.execute("INSERT INTO t VALUES (repeat('x', 20000 + " + i + "))");
        }
        assertFalse(receiver.status().durable().isBefore(server.flushed().plus(-8192)));
        assertTrue(spooled() >= 3, "something was archived");
        faulty.setUnavailable(false);
        server.execute("SELECT pg_switch_wal()");
        last = SIZE.floor(server.flushed());
        fixture.awaitArchived(receiver, last);
        fixture.await(receiver, () -> spooled() == 0);
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
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      try (WalReceiver receiver = receiver(server, archive).start()) {
        server.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()");
        Lsn start = SIZE.floor(server.flushed());
        fixture.awaitArchived(receiver, start);
        faulty.setUnavailable(true);
        server.execute("INSERT INTO t VALUES ('spooled')");
        Lsn end = server.flushed();
        fixture.awaitDurable(receiver, end);
      }
      promote(server);
      try (WalReceiver receiver = receiver(server, archive).start()) {
        server.execute("SELECT pg_switch_wal()", "CHECKPOINT");
        Lsn end = server.flushed();
        fixture.awaitDurable(receiver, end);
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
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      try (WalReceiver receiver = receiver(server, archive).start()) {
        assertThrows(SpoolInUseException.class, () -> receiver(server, archive).start());
        assertThrows(
            SpoolInUseException.class,
            () -> WalReceiver.archiveSpool(archive, directory.resolve("spool")));
        fixture.awaitStreaming(receiver);
      }
      WalReceiver.archiveSpool(archive, directory.resolve("spool"));
      try (WalReceiver receiver = receiver(server, archive).start()) {
        fixture.awaitStreaming(receiver);
      }
    }
  }

  /** A server that was set back to an earlier state writes other WAL in the same place. */
  @Test
  void whatDiffersIsRefusedUntilItIsMovedAway() throws Exception {
    Path before = directory.resolve("before");
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      try (WalReceiver receiver = receiver(server, archive).start()) {
        fixture.awaitStreaming(receiver);
      }
      server.stop();
      Servers.copy(server.dataDirectory(), before);
      server.start();
      Lsn end;
      try (WalReceiver receiver = receiver(server, archive).start()) {
        server.execute("CREATE TABLE a (i int)", "INSERT INTO a VALUES (1)");
        end = server.flushed();
        fixture.awaitDurable(receiver, end);
      }
      server.kill();
      try (PostgresServer back =
          PostgresServer.builder(server.binaries(), before).startExisting()) {
        back.execute("CREATE TABLE b (i int, j text, k text)");
        back.execute("SELECT pg_switch_wal()", "INSERT INTO b VALUES (1)");
        WalSegment segment = WalSegment.containing(TimelineId.FIRST, end, SIZE);
        Path spooled = directory.resolve("spool/" + segment + ".partial");
        try (WalReceiver receiver = receiver(back, archive).start()) {
          ArchiveConflictException conflict =
              assertThrows(ArchiveConflictException.class, () -> receiver.await(LIMIT));
          assertTrue(conflict.getMessage().contains(spooled.toString()), conflict::toString);
        }
        assertFalse(archive.contains(segment.fileName()));
        int length = SIZE.offset(end);
        assertArrayEquals(
            Arrays.copyOf(Servers.segment(server, segment.toString()), length),
            Arrays.copyOf(Files.readAllBytes(spooled), length));
        Files.move(spooled, directory.resolve("moved"));
        try (WalReceiver receiver = receiver(back, archive).start()) {
          fixture.awaitArchived(receiver, segment.end());
        }
        Path fetched = directory.resolve("fetched");
        archive.fetch(segment.fileName(), fetched);
        assertArrayEquals(Servers.segment(back, segment.toString()), Files.readAllBytes(fetched));
      }
    }
  }

  /** The disk of the spool is smaller than it may grow, and the storage is away. */
  @Test
  void aFullDiskIsWaitedFor() throws Exception {
    Path spool = Files.createDirectory(directory.resolve("spool"));
    String[] mount = {"mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", spool.toString()};
    boolean mounted = new ProcessBuilder(mount).start().waitFor() == 0;
    if (!mounted) {
      System.out.println("not tried with a full disk: no small file system can be mounted here");
    }
    assumeTrue(mounted, "no small file system can be mounted");
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      try (WalReceiver receiver = receiver(server, archive).start()) {
        fixture.awaitStreaming(receiver);
        faulty.setUnavailable(true);
        server.execute(
            "CREATE TABLE t AS SELECT repeat(md5(i::text), 30) v FROM generate_series(1, 8000) i");
        fixture.await(receiver, () -> receiver.status().connections() > 2);
        faulty.setUnavailable(false);
        server.execute("SELECT pg_switch_wal()");
        Lsn end = SIZE.floor(Lsn.parse(server.query("SELECT pg_current_wal_lsn()")));
        fixture.awaitArchived(receiver, end);
      }
    } finally {
      new ProcessBuilder("umount", spool.toString()).start().waitFor();
    }
  }
}
