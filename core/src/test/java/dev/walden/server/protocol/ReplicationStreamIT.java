package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.server.ServerRefusedException;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.Servers;
import dev.walden.server.protocol.ReplicationStream.Event;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ReplicationStreamIT {
  private static final WalSegmentSize MEGABYTE = WalSegmentSize.ofMegabytes(1);
  private static final TimelineId SECOND = new TimelineId(2);
  private static final String FILL =
      "INSERT INTO t SELECT i, repeat(md5(i::text), 8) FROM generate_series(1, 3000) i";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void bringsTheServersOwnBytesHoweverOftenTheReadTimesOut(int major) throws Exception {
    try (PostgresServer server = create(major);
        WalsenderConnection connection = WalsenderConnection.open(Servers.address(server))) {
      connection.createPhysicalSlot("walden", true);
      server.execute("CREATE TABLE t (i int, filler text)");
      Lsn start = MEGABYTE.floor(server.flushed());

      connection.tick(Duration.ofMillis(1));
      ReplicationStream stream =
          connection.startReplication(Optional.of("walden"), start, TimelineId.FIRST);
      StreamedWal wal = new StreamedWal(stream, start);
      CompletableFuture<Lsn> load = CompletableFuture.supplyAsync(() -> load(server, 5));
      while (!load.isDone()) {
        wal.read();
      }
      Lsn end = MEGABYTE.floor(load.get(60, TimeUnit.SECONDS));
      wal.readTo(end);
      assertTrue(wal.ticks() > 0);
      assertSegments(server, wal, start, end);
      assertTrue(
          Math.abs(Duration.between(stream.serverTime(), Instant.now()).toMinutes()) < 10,
          () -> "the server's clock: " + stream.serverTime());
      assertTrue(!stream.serverWalEnd().isBefore(end));

      Lsn written = wal.end();
      assertTrue(stream.sendStatus(written, end, Lsn.ZERO, true));
      wal.readTo(Event.KEEPALIVE);
      assertFalse(stream.replyRequested());
      assertEquals(
          end + " " + written,
          server.query(
              "SELECT s.restart_lsn || ' ' || r.write_lsn FROM pg_replication_slots s "
                  + "JOIN pg_stat_replication r ON s.active_pid = r.pid"));

      load(server, 3);
      stream.stop();
      assertFalse(stream.sendStatus(wal.end(), end, Lsn.ZERO, false));
      assertEquals("f", server.query("SELECT active FROM pg_replication_slots"));

      ReplicationStream again =
          connection.startReplication(Optional.of("walden"), end, TimelineId.FIRST);
      StreamedWal rest = new StreamedWal(again, end);
      rest.readTo(MEGABYTE.floor(server.flushed()));
      assertSegments(server, rest, end, MEGABYTE.floor(server.flushed()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void aStoppingServerSendsItsLastCheckpointAndSaysSo(int major) throws Exception {
    try (PostgresServer server = create(major);
        WalsenderConnection connection = WalsenderConnection.open(Servers.address(server))) {
      server.execute("CREATE TABLE t (i int, filler text)");
      Lsn start = MEGABYTE.floor(server.flushed());
      connection.tick(Duration.ofMillis(10));
      ReplicationStream stream =
          connection.startReplication(Optional.empty(), start, TimelineId.FIRST);
      StreamedWal wal = new StreamedWal(stream, start);
      CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> stop(server));
      wal.readTo(Event.SERVER_STOPPED);
      stopped.get(60, TimeUnit.SECONDS);
      assertEquals(Event.SERVER_STOPPED, stream.next());
      assertFalse(stream.sendStatus(wal.end(), wal.end(), Lsn.ZERO, false));
      assertThrows(IllegalStateException.class, connection::identifySystem);

      WalSegment last = WalSegment.containing(TimelineId.FIRST, wal.end(), MEGABYTE);
      byte[] file = Servers.segment(server, last.toString());
      int length = MEGABYTE.offset(wal.end());
      assertArrayEquals(Arrays.copyOf(file, length), wal.bytes(last.start(), wal.end()));
      server.start();
      Lsn checkpoint =
          Lsn.parse(server.query("SELECT checkpoint_lsn FROM pg_control_checkpoint()"));
      long record = wal.end().minus(checkpoint); // 114 bytes, rounded up, or a page header more
      assertTrue(record >= 120 && record <= 160, "after the last checkpoint's start: " + record);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void followsAPromotion(int major) throws Exception {
    try (PostgresServer primary = create(major);
        PostgresServer standby = Servers.standby(primary, folder.resolve("standby"));
        WalsenderConnection connection = WalsenderConnection.open(Servers.address(standby))) {
      primary.execute("CREATE TABLE t (i int, filler text)", FILL);
      Lsn start = MEGABYTE.floor(primary.flushed());
      while (connection.identifySystem().position().isBefore(start)) {
        Thread.sleep(10);
      }
      connection.tick(Duration.ofMillis(20));
      ReplicationStream stream =
          connection.startReplication(Optional.empty(), start, TimelineId.FIRST);
      StreamedWal wal = new StreamedWal(stream, start);
      assertThrows(IllegalStateException.class, stream::nextTimeline);
      wal.readTo(primary.flushed());

      standby.execute("SELECT pg_promote(false)");
      wal.readTo(Event.END_OF_TIMELINE);
      standby.awaitPromotion(Duration.ofSeconds(60));
      String[] history =
          new String(connection.timelineHistory(SECOND))
              .lines()
              .findFirst()
              .orElseThrow()
              .split("\t");
      Lsn fork = Lsn.parse(history[1]);
      assertEquals(SECOND, stream.nextTimeline());
      assertEquals(fork, stream.nextTimelineStart());
      assertEquals(Event.END_OF_TIMELINE, stream.next());

      ReplicationStream atTheFork =
          connection.startReplication(Optional.empty(), fork, TimelineId.FIRST);
      assertEquals(Event.END_OF_TIMELINE, atTheFork.next());
      assertEquals(SECOND, atTheFork.nextTimeline());
      assertEquals(fork, atTheFork.nextTimelineStart());

      standby.execute(FILL);
      Lsn from = MEGABYTE.floor(fork);
      ReplicationStream next = connection.startReplication(Optional.empty(), from, SECOND);
      StreamedWal second = new StreamedWal(next, from);
      Lsn end = MEGABYTE.floor(standby.flushed());
      second.readTo(end);
      assertArrayEquals(
          wal.bytes(Lsn.max(from, start), fork), second.bytes(Lsn.max(from, start), fork));
      assertSegments(standby, second, from, end, SECOND);
      next.stop();

      // a timeline that has ended long ago
      ReplicationStream historic =
          connection.startReplication(Optional.empty(), start, TimelineId.FIRST);
      StreamedWal old = new StreamedWal(historic, start);
      old.readTo(Event.END_OF_TIMELINE);
      assertEquals(fork, historic.nextTimelineStart());
      assertArrayEquals(wal.bytes(start, fork), old.bytes(start, fork));

      assertRefused(connection, fork.plus(8), TimelineId.FIRST, "is not in this server's history");
      assertRefused(connection, from, new TimelineId(9), "is not in this server's history");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void saysWhyThereIsNoWal(int major) throws Exception {
    try (PostgresServer server = create(major);
        WalsenderConnection connection = WalsenderConnection.open(Servers.address(server))) {
      server.execute("CREATE TABLE t (i int, filler text)");
      load(server, 4);
      server.execute("ALTER SYSTEM SET wal_keep_size = 0", "ALTER SYSTEM SET min_wal_size = '2MB'");
      server.execute(
          "SELECT pg_reload_conf()", "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT");
      Lsn first = MEGABYTE.startOf(1);
      ServerRefusedException removed =
          assertRefused(connection, first, TimelineId.FIRST, "has already been removed");
      assertEquals("58P01", removed.sqlState());
      assertTrue(removed.getMessage().contains("base backup"), removed::getMessage);

      assertRefused(
          connection,
          server.flushed().plus(1 << 30),
          TimelineId.FIRST,
          "is ahead of the WAL flush");

      ServerRefusedException noSlot =
          assertThrows(
              ServerRefusedException.class,
              () -> connection.startReplication(Optional.of("none"), first, TimelineId.FIRST));
      assertEquals("42704", noSlot.sqlState());
      assertTrue(noSlot.getMessage().contains("create the replication slot"), noSlot::getMessage);

      connection.createPhysicalSlot("walden", true);
      Lsn start = MEGABYTE.floor(server.flushed());
      try (WalsenderConnection other = WalsenderConnection.open(Servers.address(server))) {
        ReplicationStream stream =
            other.startReplication(Optional.of("walden"), start, TimelineId.FIRST);
        ServerUnavailableException inUse =
            assertThrows(
                ServerUnavailableException.class,
                () -> connection.startReplication(Optional.of("walden"), start, TimelineId.FIRST));
        assertEquals("55006", inUse.sqlState());
        assertThrows(IllegalStateException.class, other::identifySystem);
        stream.stop();
      }
      connection.identifySystem();
    }
  }

  private static ServerRefusedException assertRefused(
      WalsenderConnection connection, Lsn start, TimelineId timeline, String why) {
    ServerRefusedException refusal =
        assertThrows(
            ServerRefusedException.class,
            () -> {
              ReplicationStream stream =
                  connection.startReplication(Optional.empty(), start, timeline);
              for (int i = 0; i < 100; i++) {
                stream.next();
              }
            });
    assertTrue(refusal.getMessage().contains(why), refusal::getMessage);
    return refusal;
  }

  private PostgresServer create(int major) throws Exception {
    return PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("data"))
        .segmentSize(MEGABYTE)
        .setting("wal_keep_size", "256MB")
        .setting("autovacuum", "off")
        .create();
  }

  private static Lsn load(PostgresServer server, int times) {
    try {
      for (int i = 0; i < times; i++) {
        server.execute(FILL);
        Thread.sleep(20);
      }
      return server.flushed();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void stop(PostgresServer server) {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertSegments(PostgresServer server, StreamedWal wal, Lsn from, Lsn to)
      throws Exception {
    assertSegments(server, wal, from, to, TimelineId.FIRST);
  }

  private static void assertSegments(
      PostgresServer server, StreamedWal wal, Lsn from, Lsn to, TimelineId timeline)
      throws Exception {
    assertTrue(to.isAfter(from), from + " to " + to);
    WalSegment segment = WalSegment.containing(timeline, from, MEGABYTE);
    for (; segment.start().isBefore(to); segment = segment.next()) {
      assertArrayEquals(
          Servers.segment(server, segment.toString()),
          wal.bytes(segment.start(), segment.end()),
          segment.toString());
    }
  }
}
