package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.backup.WalRange;
import dev.walden.server.MissingWal;
import dev.walden.server.MissingWalException;
import dev.walden.server.Proxy;
import dev.walden.server.ServerAddress;
import dev.walden.server.Servers;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Receivers that come to a server which took over, or to one that should not be there. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverRepairIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final WalSegmentSize SIZE = ReceiverFixture.SEGMENT_SIZE;

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final ReceiverFixture fixture = ReceiverFixture.into(storage).limit(LIMIT);

  private PostgresServer server(int major) throws Exception {
    return ReceiverFixture.server(major, directory)
        .setting("max_wal_size", "2MB")
        .setting("min_wal_size", "2MB")
        .create();
  }

  /** Starts one, and waits until it streams: what is written before need not be archived. */
  private WalReceiver streaming(WalReceiver.Builder builder) throws Exception {
    WalReceiver receiver = builder.start();
    fixture.awaitStreaming(receiver);
    return receiver;
  }

  /** Fills so many segments, and begins one. */
  private static Lsn write(PostgresServer server, int segments) throws Exception {
    server.execute("CREATE TABLE IF NOT EXISTS t (v text)");
    for (int i = 0; i < segments; i++) {
      server.execute("INSERT INTO t VALUES ('x')", "SELECT pg_switch_wal()");
    }
    server.execute("INSERT INTO t VALUES ('begun')");
    return SIZE.floor(server.flushed());
  }

  /** As after a recovery that ended here. */
  private static void promoteAgain(PostgresServer server) throws Exception {
    server.stop();
    Files.createFile(server.dataDirectory().resolve("standby.signal"));
    server.start();
    server.execute("SELECT pg_promote()");
    server.awaitPromotion(LIMIT);
  }

  private void lose(ArchiveStore archive, WalSegment segment) throws Exception {
    String name = segment.toString();
    String object =
        storage.list("", "", 10_000).stream()
            .map(stored -> stored.name())
            .filter(stored -> stored.contains("/wal/") && stored.contains(name))
            .findFirst()
            .orElseThrow();
    assertTrue(storage.delete(object));
    assertFalse(archive.contains(segment.fileName()));
  }

  /** All of the way, as the server has it. */
  private void assertWhole(ArchiveStore archive, PostgresServer server, TimelineId timeline)
      throws Exception {
    WalInventory inventory = archive.inventory();
    List<WalRange> ranges = new WalPath(inventory, archive.history(timeline)).ranges();
    Lsn at = ranges.get(0).start();
    for (WalRange range : ranges) {
      assertEquals(at, range.start(), ranges.toString());
      for (; at.isBefore(range.end()); at = at.plus(SIZE.bytes())) {
        WalSegment segment = WalSegment.containing(range.timeline(), at, SIZE);
        Path fetched = directory.resolve("fetched");
        archive.fetch(segment.fileName(), fetched);
        assertArrayEquals(
            Servers.segment(server, segment.toString()),
            Files.readAllBytes(fetched),
            segment.toString());
      }
    }
  }

  /** PostgreSQL 14 does not tell what was acknowledged; from the others one hole is too old. */
  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void fetchesHolesOnEveryTimelineThatTheServerStillHas(int major) throws Exception {
    try (PostgresServer server = server(major);
        ArchiveStore archive = fixture.archive(server)) {
      TimelineId newest = new TimelineId(3);
      try (WalReceiver receiver = streaming(fixture.receiver(server, archive))) {
        fixture.awaitDurable(receiver, TimelineId.FIRST, write(server, 4));
        promoteAgain(server);
        fixture.awaitDurable(receiver, new TimelineId(2), write(server, 4));
        promoteAgain(server);
        fixture.awaitDurable(receiver, newest, write(server, 4));
      }
      TimelineHistory history = archive.history(newest);
      WalInventory all = archive.inventory();
      long left = SIZE.segmentNumber(history.end(TimelineId.FIRST).orElseThrow());
      long leftNext = SIZE.segmentNumber(history.end(new TimelineId(2)).orElseThrow());
      WalSegment gone = new WalSegment(new TimelineId(2), leftNext - 2, SIZE);
      List<WalSegment> holes =
          List.of(
              new WalSegment(TimelineId.FIRST, left - 2, SIZE),
              new WalSegment(TimelineId.FIRST, left - 1, SIZE),
              new WalSegment(new TimelineId(2), left, SIZE),
              gone,
              new WalSegment(newest, leftNext, SIZE),
              new WalSegment(newest, leftNext + 1, SIZE));
      for (WalSegment hole : holes) {
        lose(archive, hole);
      }
      Path file = server.dataDirectory().resolve("pg_wal").resolve(gone.toString());
      Path hidden = directory.resolve(gone.toString());
      Files.move(file, hidden);
      try (WalReceiver receiver = streaming(fixture.receiver(server, archive))) {
        fixture.awaitDurable(receiver, newest, write(server, 1));
      }
      List<WalRange> gaps = archive.inventory().gaps().stream().map(RecordedGap::range).toList();
      assertEquals(List.of(new WalRange(gone.timeline(), gone.start(), gone.end())), gaps);
      // another server, or a repaired one, may have it
      Files.move(hidden, file);
      try (WalReceiver receiver = streaming(fixture.receiver(server, archive))) {
        fixture.awaitDurable(receiver, newest, write(server, 1));
      }
      assertEquals(List.of(), archive.inventory().gaps());
      assertTrue(archive.inventory().segmentCount() > all.segmentCount());
      assertWhole(archive, server, newest);
    }
  }

  @Test
  void archivesNoDamageAndSaysSo() throws Exception {
    try (PostgresServer server = server(17);
        ArchiveStore archive = fixture.archive(server)) {
      Lsn end;
      try (WalReceiver receiver = streaming(fixture.receiver(server, archive))) {
        end = write(server, 6);
        fixture.awaitDurable(receiver, TimelineId.FIRST, end);
      }
      for (int back = 2; back <= 5; back++) {
        lose(archive, WalSegment.containing(TimelineId.FIRST, end.plus(-back << 20), SIZE));
      }
      WalSegment damaged = WalSegment.containing(TimelineId.FIRST, end.plus(-4L << 20), SIZE);
      Path file = server.dataDirectory().resolve("pg_wal").resolve(damaged.toString());
      byte[] bytes = Files.readAllBytes(file);
      bytes[100] ^= 1;
      Files.write(file, bytes);
      List<WalReceiverEvent> events = new CopyOnWriteArrayList<>();
      try (WalReceiver receiver = fixture.receiver(server, archive).listener(events::add).start()) {
        fixture.awaitDurable(receiver, TimelineId.FIRST, write(server, 1));
      }
      WalRange gap = new WalRange(TimelineId.FIRST, damaged.start(), damaged.end());
      RecordedGap only = archive.inventory().gaps().get(0);
      assertEquals(gap, only.range());
      assertTrue(only.reason().contains("damaged"), only.reason());
      assertEquals(2, archive.inventory().ranges(TimelineId.FIRST).size());
      assertTrue(events.contains(new WalReceiverEvent.GapRecorded(only)), events.toString());
    }
  }

  /** What the old primary streamed to the new one, and archived no more. */
  @Test
  void fetchesTheEndOfTheOldTimelineFromTheNewPrimary() throws Exception {
    try (PostgresServer primary = server(17);
        ArchiveStore archive = fixture.archive(primary);
        PostgresServer standby = Servers.standby(primary, directory.resolve("standby"))) {
      Lsn archived;
      try (WalReceiver receiver = streaming(fixture.receiver(primary, archive))) {
        archived = write(primary, 3);
        fixture.awaitDurable(receiver, TimelineId.FIRST, archived);
      }
      Lsn end = write(primary, 5);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (Lsn.parse(standby.query("SELECT pg_last_wal_replay_lsn()")).isBefore(end)) {
        assertTrue(System.nanoTime() < deadline, "the standby does not follow");
        Thread.sleep(20);
      }
      primary.kill();
      standby.execute("SELECT pg_promote()");
      standby.awaitPromotion(LIMIT);
      write(standby, 2);
      standby.execute("CHECKPOINT");
      lose(archive, WalSegment.containing(TimelineId.FIRST, archived.plus(-2L << 20), SIZE));
      try (WalReceiver receiver = streaming(fixture.receiver(standby, archive))) {
        fixture.awaitDurable(receiver, new TimelineId(2), write(standby, 2));
      }
      assertEquals(List.of(), archive.inventory().gaps());
      assertWhole(archive, standby, new TimelineId(2));
    }
  }

  @Test
  void recordsAGapThatReachesIntoTheNextTimeline() throws Exception {
    try (PostgresServer server = server(17);
        ArchiveStore archive = fixture.archive(server)) {
      Lsn archived;
      try (WalReceiver receiver = streaming(fixture.receiver(server, archive))) {
        archived = write(server, 3);
        fixture.awaitDurable(receiver, TimelineId.FIRST, archived);
      }
      write(server, 3);
      // slots do not follow to a standby
      server.stop();
      try (var slot = Files.walk(server.dataDirectory().resolve("pg_replslot/walden"))) {
        for (Path path : slot.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(path);
        }
      }
      server.start();
      promoteAgain(server);
      server.execute("ALTER SYSTEM SET wal_keep_size = 0", "SELECT pg_reload_conf()");
      for (int i = 0; i < 3; i++) {
        write(server, 3);
        server.execute("CHECKPOINT");
      }
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        List<WalRange> missing =
            assertThrows(MissingWalException.class, () -> receiver.await(LIMIT)).missing();
        assertEquals(List.of(1L, 2L), missing.stream().map(r -> r.timeline().value()).toList());
        assertEquals(archived, missing.get(0).start());
        assertEquals(missing.get(0).end(), missing.get(1).start());
      }
      try (WalReceiver receiver =
          fixture.receiver(server, archive).onMissingWal(MissingWal.RECORD_GAP).start()) {
        fixture.awaitDurable(receiver, new TimelineId(2), archived.plus(1));
        fixture.awaitDurable(receiver, new TimelineId(2), write(server, 2));
      }
      WalPath path = new WalPath(archive.inventory(), archive.history(new TimelineId(2)));
      assertEquals(2, archive.inventory().gaps().size());
      assertEquals(2, path.ranges().size(), path.ranges().toString());
      assertEquals(archived, archive.inventory().gaps().get(0).range().start());
      assertEquals(path.ranges().get(1).start(), archive.inventory().gaps().get(1).range().end());
    }
  }

  @Test
  void refusesAnOldPrimary() throws Exception {
    try (PostgresServer primary = server(17);
        ArchiveStore archive = fixture.archive(primary);
        PostgresServer standby = Servers.standby(primary, directory.resolve("standby"))) {
      try (WalReceiver receiver = streaming(fixture.receiver(standby, archive))) {
        fixture.awaitDurable(receiver, TimelineId.FIRST, write(primary, 3));
        // while it runs it writes now and then, also if nobody uses it
        primary.stop();
        standby.execute("SELECT pg_promote()");
        standby.awaitPromotion(LIMIT);
        fixture.awaitDurable(receiver, new TimelineId(2), write(standby, 2));
      }
      primary.start();
      Lsn end = archive.history(new TimelineId(2)).end(TimelineId.FIRST).orElseThrow();
      // it has nothing of its own yet, as a standby that lags
      try (WalReceiver receiver = fixture.receiver(primary, archive).start()) {
        fixture.awaitDurable(receiver, TimelineId.FIRST, SIZE.floor(end));
        assertFalse(receiver.await(Duration.ofMillis(500)), "it is no old primary yet");
        primary.execute("CREATE TABLE wrong ()");
        ArchiveConflictException refused =
            assertThrows(ArchiveConflictException.class, () -> receiver.await(LIMIT));
        assertTrue(refused.getMessage().contains(end.toString()), refused.getMessage());
      }
      assertTrue(primary.flushed().isAfter(end));
      write(primary, 3);
      long objects = storage.list("", "", 10_000).size();
      try (WalReceiver receiver = fixture.receiver(primary, archive).slot("another").start()) {
        assertThrows(ArchiveConflictException.class, () -> receiver.await(LIMIT));
      }
      assertEquals(objects, storage.list("", "", 10_000).size());
      assertEquals(
          "0",
          primary.query("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'another'"));
      ServerAddress both =
          ServerAddress.of(
              "jdbc:postgresql://127.0.0.1:"
                  + primary.port()
                  + ",127.0.0.1:"
                  + standby.port()
                  + "/postgres?user="
                  + primary.user());
      try (WalReceiver receiver = streaming(WalReceiver.from(both).into(archive).slot("walden"))) {
        fixture.awaitDurable(receiver, new TimelineId(2), write(standby, 2));
      }
      try (WalReceiver receiver =
          streaming(fixture.receiver(primary, archive).allowAbandonedTimeline())) {
        fixture.awaitDurable(receiver, TimelineId.FIRST, write(primary, 1));
      }
      assertTrue(
          archive.contains(WalSegment.containing(TimelineId.FIRST, end, SIZE).fileName()),
          "nothing of its own is archived");
    }
  }

  @Test
  void refusesAnotherClusterThatTookTheAddress() throws Exception {
    try (PostgresServer server = server(17);
        PostgresServer other =
            PostgresServer.builder(PostgresBinaries.of(17), directory.resolve("other"))
                .segmentSize(SIZE)
                .create();
        ArchiveStore archive = fixture.archive(server);
        Proxy address = Proxy.of(server.port())) {
      try (WalReceiver receiver =
          streaming(
              WalReceiver.from(Servers.address(server, address.port()))
                  .into(archive)
                  .slot("walden")
                  .retryLimit(Duration.ofMillis(500)))) {
        fixture.awaitDurable(receiver, TimelineId.FIRST, write(server, 2));
        long objects = storage.list("", "", 10_000).size();
        write(other, 20);
        address.turnTo(other.port());
        assertThrows(WrongClusterException.class, () -> receiver.await(LIMIT));
        assertEquals(objects, storage.list("", "", 10_000).size());
        assertEquals("0", other.query("SELECT count(*) FROM pg_replication_slots"));
        assertTrue(archive.contains(WalFileName.parse("000000010000000000000007")));
      }
    }
  }
}
