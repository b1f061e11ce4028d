package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.backup.WalRange;
import dev.walden.server.MissingWal;
import dev.walden.server.MissingWalException;
import dev.walden.server.Proxy;
import dev.walden.server.Servers;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Receivers whose WAL the server has removed. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MissingWalIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final WalSegmentSize SIZE = ReceiverFixture.SEGMENT_SIZE;

  @TempDir Path directory;
  private final FaultyStorage storage = new FaultyStorage(new InMemoryStorage(), 1);
  private final ReceiverFixture fixture = ReceiverFixture.into(storage).limit(LIMIT);

  private PostgresServer.Builder server(int major) throws Exception {
    return ReceiverFixture.server(major, directory)
        .setting("wal_keep_size", "0")
        .setting("max_wal_size", "2MB")
        .setting("min_wal_size", "2MB");
  }

  /** Fills so many segments. */
  private static Lsn write(PostgresServer server, int segments) throws Exception {
    server.execute("CREATE TABLE IF NOT EXISTS t (v text)");
    for (int i = 0; i < segments; i++) {
      server.execute("INSERT INTO t VALUES ('x')", "SELECT pg_switch_wal()");
    }
    return SIZE.floor(Lsn.parse(server.query("SELECT pg_current_wal_lsn()")));
  }

  /** Has the server remove whatever no slot keeps. */
  private static void checkpoint(PostgresServer server) throws Exception {
    for (int i = 0; i < 3; i++) {
      write(server, 1);
      server.execute("CHECKPOINT");
    }
  }

  private static Lsn slot(PostgresServer server) throws Exception {
    return Lsn.parse(server.query("SELECT restart_lsn FROM pg_replication_slots"));
  }

  private void awaitSlotFree(PostgresServer server) throws Exception {
    fixture.await(
        () -> "the slot stays in use",
        () -> server.query("SELECT bool_or(active) FROM pg_replication_slots").equals("f"));
  }

  private static Lsn end(ArchiveStore archive) throws Exception {
    return archive.inventory().last().orElseThrow().end();
  }

  private static boolean has(PostgresServer server, Lsn lsn) {
    return Files.exists(
        server
            .dataDirectory()
            .resolve("pg_wal")
            .resolve(WalSegment.containing(TimelineId.FIRST, lsn, SIZE).toString()));
  }

  /** What takes WAL away from under a receiver. */
  enum Loss {
    DROPPED {
      @Override
      void happen(PostgresServer server) throws Exception {
        server.execute("SELECT pg_drop_replication_slot('walden')");
        write(server, 8);
        checkpoint(server);
      }
    },
    ADVANCED {
      @Override
      void happen(PostgresServer server) throws Exception {
        write(server, 8);
        server.execute("SELECT pg_replication_slot_advance('walden', pg_current_wal_lsn())");
        checkpoint(server);
      }
    },
    INVALIDATED {
      @Override
      void happen(PostgresServer server) throws Exception {
        server.execute(
            "ALTER SYSTEM SET max_slot_wal_keep_size = '2MB'", "SELECT pg_reload_conf()");
        write(server, 8);
        checkpoint(server);
        assertEquals(
            "lost",
            server.query("SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'walden'"));
      }
    };

    abstract void happen(PostgresServer server) throws Exception;
  }

  @ParameterizedTest
  @CsvSource({
    "DROPPED, 14",
    "DROPPED, 18",
    "ADVANCED, 17",
    "INVALIDATED, 14",
    "INVALIDATED, 15",
    "INVALIDATED, 17",
    "INVALIDATED, 18"
  })
  void stopsOrGoesOnBehindTheGap(Loss loss, int major) throws Exception {
    try (PostgresServer server = server(major).create();
        ArchiveStore archive = fixture.archive(server)) {
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitDurable(receiver, write(server, 3));
      }
      Lsn end = end(archive);
      awaitSlotFree(server);
      loss.happen(server);
      assertFalse(has(server, end), "the server still has " + end);
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        MissingWalException stopped =
            assertThrows(MissingWalException.class, () -> receiver.await(LIMIT));
        WalRange missing = stopped.missing().get(0);
        assertEquals(1, stopped.missing().size());
        assertEquals(end, missing.start());
        assertFalse(has(server, missing.end().plus(-1)), "not missing: " + missing);
        assertTrue(has(server, missing.end()), "missing, too: what follows " + missing);
      }
      assertEquals(end, end(archive), "archived behind the gap");
      assertEquals(List.of(), archive.inventory().gaps());
      BlockingQueue<WalReceiverEvent.GapRecorded> told = new LinkedBlockingQueue<>();
      try (WalReceiver receiver =
          fixture
              .receiver(server, archive)
              .onMissingWal(MissingWal.RECORD_GAP)
              .listener(
                  event -> {
                    if (event instanceof WalReceiverEvent.GapRecorded gap) {
                      told.add(gap);
                    }
                  })
              .start()) {
        fixture.awaitDurable(receiver, end.plus(1));
        fixture.awaitDurable(receiver, write(server, 3));
        assertEquals(1, receiver.status().gaps(), receiver.status().toString());
      }
      List<RecordedGap> gaps = archive.inventory().gaps();
      WalReceiverEvent.GapRecorded event = told.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertEquals(gaps.get(0).range(), event.gap().range());
      List<WalRange> held = archive.inventory().ranges(TimelineId.FIRST);
      assertEquals(1, gaps.size(), gaps.toString());
      assertEquals(2, held.size(), held.toString());
      assertEquals(end, gaps.get(0).range().start());
      assertEquals(held.get(1).start(), gaps.get(0).range().end());
      // the slot keeps WAL again, however much there is
      server.execute("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
      fixture.await(
          () -> "the settings are not loaded",
          () -> server.query("SHOW max_slot_wal_keep_size").equals("-1"));
      checkpoint(server); // its process has the settings then
      Lsn kept = end(archive);
      write(server, 8);
      checkpoint(server);
      assertTrue(has(server, kept), "the slot does not keep " + kept);
      assertEquals(
          "f",
          server.query(
              "SELECT wal_status IN ('lost', 'unreserved') FROM pg_replication_slots"
                  + " WHERE slot_name = 'walden'"));
      // and a receiver that would stop goes on: the gap is known
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitDurable(receiver, write(server, 1));
      }
      assertEquals(gaps, archive.inventory().gaps());
      assertEquals(2, archive.inventory().ranges(TimelineId.FIRST).size());
    }
  }

  /** Of the segment that was being received the server has no more. */
  @ParameterizedTest
  @ValueSource(strings = {"segment", "spool", "tail"})
  void goesOnWithoutBeingStartedAnew(String durability) throws Exception {
    try (PostgresServer server = server(17).create();
        ArchiveStore archive = fixture.archive(server);
        Proxy address = Proxy.of(server.port())) {
      WalReceiver.Builder builder =
          fixture
              .receiver(Servers.address(server, address.port()), archive)
              .onMissingWal(MissingWal.RECORD_GAP);
      if (durability.equals("spool")) {
        builder.spool(directory.resolve("spool"));
      } else if (durability.equals("tail")) {
        builder.tail();
      }
      try (WalReceiver receiver = builder.start()) {
        Lsn begun = write(server, 3);
        server.execute("INSERT INTO t VALUES ('begun')");
        Lsn end = server.flushed();
        fixture.awaitDurable(receiver, durability.equals("segment") ? begun : end);
        address.turnTo(1);
        awaitSlotFree(server);
        Loss.DROPPED.happen(server);
        assertFalse(has(server, begun), "the server still has " + begun);
        address.turnTo(server.port());
        fixture.awaitDurable(receiver, begun.plus(SIZE.bytes()));
        fixture.awaitDurable(receiver, write(server, 3));
        List<WalRange> held = archive.inventory().ranges(TimelineId.FIRST);
        List<RecordedGap> gaps = archive.inventory().gaps();
        assertEquals(2, held.size(), held.toString());
        assertEquals(
            List.of(new WalRange(TimelineId.FIRST, begun, held.get(1).start())),
            gaps.stream().map(RecordedGap::range).toList());
      }
    }
  }

  /** The server took the slot, but it still has the WAL. */
  @Test
  void aSlotThatTimedOutIsMadeAnew() throws Exception {
    try (PostgresServer server =
            server(18)
                .setting("wal_keep_size", "512MB")
                .setting("idle_replication_slot_timeout", "1s")
                .create();
        ArchiveStore archive = fixture.archive(server)) {
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitDurable(receiver, write(server, 3));
      }
      server.execute("SELECT pg_sleep(2)");
      checkpoint(server);
      assertEquals(
          "idle_timeout",
          server.query("SELECT coalesce(invalidation_reason, '') FROM pg_replication_slots"));
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitDurable(receiver, write(server, 3));
      }
      assertEquals(1, archive.inventory().ranges(TimelineId.FIRST).size(), "there is a gap");
      assertEquals(
          "", server.query("SELECT coalesce(invalidation_reason, '') FROM pg_replication_slots"));
    }
  }

  /** PostgreSQL 14 does not tell what a slot keeps: an archive begins before that. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void goesOnWhereWhatNobodyKeepsIsGoneInBetween(boolean tail) throws Exception {
    try (PostgresServer server = server(14).setting("wal_keep_size", "512MB").create();
        ArchiveStore archive = fixture.archive(server)) {
      write(server, 50);
      server.execute("CHECKPOINT");
      WalReceiver.Builder builder = fixture.receiver(server, archive).parallelism(1);
      if (tail) {
        builder.tail();
      }
      AtomicBoolean blocked = new AtomicBoolean(true);
      for (int i = 0; i < 2000; i++) {
        for (var operation : List.of(FaultyStorage.Operation.PUT, FaultyStorage.Operation.COMMIT)) {
          storage.fail(
              operation,
              name -> blocked.get() && name.contains("/wal/"),
              FaultyStorage.Fault.BEFORE_EFFECT);
        }
      }
      try (WalReceiver receiver = builder.start()) {
        fixture.awaitReceived(receiver, new Lsn(1));
        server.execute(
            "ALTER SYSTEM SET wal_keep_size = 0", "SELECT pg_reload_conf()", "SELECT pg_sleep(1)");
        checkpoint(server);
        Lsn slot = slot(server);
        blocked.set(false);
        Lsn end = write(server, 3);
        while (receiver.status().durable().isBefore(end)) {
          assertFalse(slot(server).isBefore(slot), "the slot has moved back");
          assertFalse(receiver.await(Duration.ofMillis(5)), "the receiver has ended");
        }
      }
      List<WalRange> held = archive.inventory().ranges(TimelineId.FIRST);
      assertTrue(held.size() >= 2, "nothing was missing: " + held);
      assertEquals(held.size() - 1, archive.inventory().gaps().size());
    }
  }
}
