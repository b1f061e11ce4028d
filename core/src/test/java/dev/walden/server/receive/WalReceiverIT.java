package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.codec.AgeIdentity;
import dev.walden.server.Proxy;
import dev.walden.server.ServerAddress;
import dev.walden.server.Servers;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WalReceiverIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final ReceiverFixture fixture =
      ReceiverFixture.into(new InMemoryStorage())
          .settings(
              ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity));

  private static Lsn write(PostgresServer server, int rows) throws Exception {
    server.execute(
        "CREATE TABLE IF NOT EXISTS t (v text)",
        "INSERT INTO t SELECT repeat(md5(i::text), 4) FROM generate_series(1, " + rows + ") i",
        "SELECT pg_switch_wal()");
    return Lsn.parse(server.query("SELECT pg_current_wal_lsn()"));
  }

  private void assertSegmentsEqual(ArchiveStore archive, TimelineId timeline, Path walDirectory)
      throws Exception {
    long compared = 0;
    for (var range : archive.inventory().ranges(timeline)) {
      WalSegmentSize size = archive.cluster().segmentSize();
      for (WalSegment s = WalSegment.containing(timeline, range.start(), size);
          s.start().isBefore(range.end());
          s = s.next()) {
        Path fetched = directory.resolve("fetched");
        archive.fetch(s.fileName(), fetched);
        assertArrayEquals(
            Files.readAllBytes(walDirectory.resolve(s.toString())),
            Files.readAllBytes(fetched),
            s.toString());
        compared++;
      }
    }
    assertTrue(compared > 0, "no segment was compared");
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void archivesExactlyWhatTheServerWrote(int major) throws Exception {
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        Lsn end = write(server, 20_000);
        fixture.awaitArchived(receiver, archive.cluster().segmentSize().floor(end));
      }
      assertEquals(1, archive.inventory().ranges(TimelineId.FIRST).size());
      assertSegmentsEqual(archive, TimelineId.FIRST, server.dataDirectory().resolve("pg_wal"));
      String restart =
          server.query("SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = 'walden'");
      assertTrue(
          !Lsn.parse(restart).isAfter(archive.inventory().last().orElseThrow().end()),
          "the slot was moved to " + restart + ", beyond what is archived");
    }
  }

  /** PostgreSQL 14 does not tell what a slot keeps: what it still had may be gone at once. */
  @Test
  void looksAgainWhenTheWalItFoundIsGone() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(14, directory).create()) {
      write(server, 20_000);
      server.execute("CHECKPOINT");
      Proxy.Action removal =
          () ->
              server.execute(
                  "ALTER SYSTEM SET wal_keep_size = 0",
                  "SELECT pg_reload_conf()",
                  "SELECT pg_sleep(0.5)",
                  "CHECKPOINT");
      try (ArchiveStore archive = fixture.archive(server);
          Proxy gate = Proxy.of(server.port(), "START_REPLICATION SLOT", removal);
          WalReceiver receiver =
              WalReceiver.from(Servers.address(server, gate.port()))
                  .into(archive)
                  .slot("walden")
                  .start()) {
        Lsn end = write(server, 3_000);
        fixture.awaitArchived(receiver, archive.cluster().segmentSize().floor(end));
        assertEquals(2, gate.seen(), "how often streaming was begun");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 1024})
  void archivesTheLargestSegments(int megabytes) throws Exception {
    WalSegmentSize size = WalSegmentSize.ofMegabytes(megabytes);
    try (PostgresServer server =
            PostgresServer.builder(PostgresBinaries.of(17), directory.resolve("data"))
                .segmentSize(size)
                .create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(server, archive).start()) {
      write(server, 1_000);
      WalSegment first = WalSegment.containing(TimelineId.FIRST, new Lsn(size.bytes()), size);
      // a gigabyte takes a slow machine a while
      fixture.limit(Duration.ofMinutes(2)).awaitArchived(receiver, first.end());
      Path fetched = directory.resolve("fetched");
      archive.fetch(first.fileName(), fetched);
      assertEquals(
          -1,
          Files.mismatch(server.dataDirectory().resolve("pg_wal").resolve("" + first), fetched));
    }
  }

  @Test
  void goesOnWhereTheArchiveEnds() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      for (int round = 0; round < 3; round++) {
        Lsn before = write(server, 3_000);
        try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
          write(server, 3_000);
          fixture.awaitArchived(receiver, archive.cluster().segmentSize().floor(before));
        }
      }
      assertEquals(1, archive.inventory().ranges(TimelineId.FIRST).size(), "there is a gap");
      assertSegmentsEqual(archive, TimelineId.FIRST, server.dataDirectory().resolve("pg_wal"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void survivesRestartsAndCrashesOfTheServer(boolean spooled) throws Exception {
    try (PostgresServer server = ReceiverFixture.server(16, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      WalReceiver.Builder builder = fixture.receiver(server, archive);
      if (spooled) {
        builder.spool(directory.resolve("spool"));
      }
      try (WalReceiver receiver = builder.start()) {
        fixture.awaitArchived(receiver, floor(archive, write(server, 5_000)));
        server.kill();
        server.start();
        fixture.awaitArchived(receiver, floor(archive, write(server, 5_000)));
        long start = System.nanoTime();
        server.stop();
        assertTrue(
            System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20),
            "a fast shutdown waited for the receiver");
        server.start();
        fixture.awaitArchived(receiver, floor(archive, write(server, 5_000)));
        assertTrue(receiver.status().connections() >= 3, receiver.status().toString());
      }
      assertEquals(1, archive.inventory().ranges(TimelineId.FIRST).size(), "there is a gap");
      assertSegmentsEqual(archive, TimelineId.FIRST, server.dataDirectory().resolve("pg_wal"));
    }
  }

  @Test
  void fillsTheGapThatAFailedPushLeft() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create()) {
      InMemoryStorage storage = new InMemoryStorage();
      FaultyStorage faulty = new FaultyStorage(storage, 1);
      ArchiveStore failing = ReceiverFixture.into(faulty).archive(server);
      ArchiveStore archive = ReceiverFixture.into(storage).archive(server);
      Lsn first = floor(archive, write(server, 3_000));
      try (WalReceiver receiver = fixture.receiver(server, failing).start()) {
        fixture.awaitArchived(receiver, first);
        WalSegment missing =
            WalSegment.containing(TimelineId.FIRST, first, archive.cluster().segmentSize());
        for (int i = 0; i < 1000; i++) {
          // each time it is tried again
          faulty.fail(
              FaultyStorage.Operation.COMMIT,
              name -> name.contains(missing.toString()),
              FaultyStorage.Fault.BEFORE_EFFECT);
        }
        write(server, 6_000);
        fixture.await(receiver, () -> archive.contains(missing.next().fileName()));
        assertTrue(
            !receiver.status().durable().isAfter(missing.start()),
            "acknowledged beyond the gap: " + receiver.status());
      }
      assertEquals(2, archive.inventory().ranges(TimelineId.FIRST).size(), "there is no gap");
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitArchived(receiver, floor(archive, write(server, 100)));
      }
      assertEquals(1, archive.inventory().ranges(TimelineId.FIRST).size(), "the gap remains");
      assertSegmentsEqual(archive, TimelineId.FIRST, server.dataDirectory().resolve("pg_wal"));
    }
  }

  private static Lsn floor(ArchiveStore archive, Lsn lsn) {
    return archive.cluster().segmentSize().floor(lsn);
  }

  @Test
  void followsPromotions() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(15, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute("ALTER SYSTEM SET wal_keep_size = '512MB'");
      try (PostgresServer standby = Servers.standby(server, directory.resolve("standby"));
          WalReceiver receiver = fixture.receiver(standby, archive).start()) {
        Lsn end = write(server, 5_000);
        fixture.awaitArchived(receiver, floor(archive, end));
        standby.execute("SELECT pg_promote()");
        standby.awaitPromotion(LIMIT);
        Lsn next = write(standby, 5_000);
        fixture.awaitArchived(receiver, floor(archive, next));
        assertEquals(2, receiver.status().timeline().orElseThrow().value());
        assertTrue(archive.contains(WalFileName.parse("00000002.history")));
        assertSegmentsEqual(archive, new TimelineId(2), standby.dataDirectory().resolve("pg_wal"));
      }
    }
  }

  @Test
  void acknowledgesWhatIsSpooledAsASynchronousStandby() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver =
            WalReceiver.from(
                    ServerAddress.of(server.jdbcUrl() + "?ApplicationName=w&user=" + server.user()))
                .into(archive)
                .slot("walden")
                .spool(directory.resolve("spool"))
                .start()) {
      server.execute("CREATE TABLE c (i int)");
      server.execute("ALTER SYSTEM SET synchronous_standby_names = 'w'");
      server.execute("SELECT pg_reload_conf()");
      for (int i = 0; i < 100; i++) {
        server.execute("INSERT INTO c VALUES (" + i + ")");
        Lsn flushed = server.flushed();
        assertTrue(!receiver.status().durable().isBefore(flushed.plus(-8192)));
      }
    }
  }

  @Test
  void goesOnFromTheSpoolWhereTheSlotDoesNotTell() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(14, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      WalReceiver.Builder builder =
          fixture.receiver(server, archive).spool(directory.resolve("spool"));
      Lsn first;
      write(server, 100);
      try (WalReceiver receiver = builder.start()) {
        server.execute("CREATE TABLE s ()");
        first = server.flushed();
        fixture.awaitDurable(receiver, first);
      }
      write(server, 20_000);
      try (WalReceiver receiver = builder.start()) {
        fixture.awaitArchived(receiver, floor(archive, write(server, 3_000)));
      }
      assertTrue(
          archive.contains(
              WalSegment.containing(TimelineId.FIRST, first, archive.cluster().segmentSize())
                  .fileName()),
          "what follows the spooled WAL was skipped");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void beginsWithWhatTheSlotKeeps(int major) throws Exception {
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute(
          "ALTER SYSTEM SET wal_keep_size = 0",
          "SELECT pg_reload_conf()",
          "SELECT pg_create_physical_replication_slot('walden', true)");
      Lsn kept =
          floor(archive, Lsn.parse(server.query("SELECT restart_lsn FROM pg_replication_slots")));
      write(server, 5_000);
      Lsn end = floor(archive, write(server, 5_000));
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        fixture.awaitArchived(receiver, end);
      }
      Lsn first = archive.inventory().ranges(TimelineId.FIRST).get(0).start();
      assertTrue(!first.isAfter(kept), "begins at " + first + ", the slot keeps " + kept);
      assertEquals(1, archive.inventory().ranges(TimelineId.FIRST).size());
    }
  }

  @Test
  void refusesAnotherCluster() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        PostgresServer other =
            PostgresServer.create(PostgresBinaries.of(17), directory.resolve("other"));
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(other, archive).start()) {
      assertThrows(WrongClusterException.class, () -> receiver.await(LIMIT));
    }
  }
}
