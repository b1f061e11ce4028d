package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.ServerAddress;
import dev.walden.server.Servers;
import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A receiver with a spool where timelines were left, or are about to be. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimelineIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(storage, 1);
  private final ReceiverFixture fixture = ReceiverFixture.into(faulty);

  private WalReceiver.Builder receiver(ServerAddress address, ArchiveStore archive) {
    return fixture.receiver(address, archive).spool(directory.resolve("spool"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsWhatAnOldPrimaryWroteBeyondTheFork(boolean inALaterSegment) throws Exception {
    try (PostgresServer primary = ReceiverFixture.server(15, directory).create();
        ArchiveStore archive = fixture.archive(primary);
        PostgresServer standby = Servers.standby(primary, directory.resolve("standby"))) {
      Properties user = new Properties();
      user.setProperty("user", primary.user());
      ServerAddress both =
          ServerAddress.of(
              "jdbc:postgresql://127.0.0.1:"
                  + primary.port()
                  + ",127.0.0.1:"
                  + standby.port()
                  + "/postgres",
              user);
      try (WalReceiver receiver = receiver(both, archive).start()) {
        primary.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()", "CHECKPOINT");
        Lsn before = primary.flushed();
        fixture.awaitDurable(receiver, before);
        standby.execute("SELECT pg_promote()");
        standby.awaitPromotion(LIMIT);
        if (inALaterSegment) {
          primary.execute("SELECT pg_switch_wal()");
        }
        primary.execute("INSERT INTO t SELECT md5(i::text) FROM generate_series(1, 500) i");
        Lsn acknowledged = primary.flushed();
        fixture.awaitDurable(receiver, acknowledged);
        WalSegment tail =
            WalSegment.containing(TimelineId.FIRST, acknowledged, archive.cluster().segmentSize());
        byte[] expected = Servers.segment(primary, tail.toString());
        primary.kill();
        WalFileName partial = new WalFileName.Partial(tail.fileName());
        fixture.await(receiver, () -> receiver.status().timeline().orElseThrow().value() == 2);
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!archive.contains(partial)) {
          assertTrue(System.nanoTime() < deadline, "no " + partial + ": " + receiver.status());
          receiver.await(Duration.ofMillis(20));
        }
        Path fetched = directory.resolve("fetched");
        archive.fetch(partial, fetched);
        int length = archive.cluster().segmentSize().offset(acknowledged);
        assertArrayEquals(
            Arrays.copyOf(expected, length), Arrays.copyOf(Files.readAllBytes(fetched), length));
        standby.execute("CREATE TABLE u ()", "SELECT pg_switch_wal()");
        Lsn next = archive.cluster().segmentSize().floor(standby.flushed());
        fixture.awaitArchived(receiver, next);
      }
    }
  }

  @Test
  void startsWhereTheHistoriesOfAncestorsAreGone() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(15, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      for (int i = 0; i < 2; i++) {
        server.stop();
        Files.createFile(server.dataDirectory().resolve("standby.signal"));
        server.start();
        server.execute("SELECT pg_promote()");
        server.awaitPromotion(LIMIT);
      }
      // a standby that was cloned on timeline 3 never had it
      Files.delete(server.dataDirectory().resolve("pg_wal/00000002.history"));
      try (WalReceiver receiver = receiver(Servers.address(server), archive).start()) {
        server.execute("CREATE TABLE u ()", "SELECT pg_switch_wal()");
        Lsn next = archive.cluster().segmentSize().floor(server.flushed());
        fixture.awaitArchived(receiver, next);
        assertEquals(3, receiver.status().timeline().orElseThrow().value());
        assertTrue(archive.contains(WalFileName.parse("00000003.history")));
      }
    }
  }

  /** The old primary is listed first and runs again; a spool knows which timeline it has. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void passesAnOldPrimaryOverWhileTheStorageIsAway(boolean startedAgain) throws Exception {
    try (PostgresServer primary = ReceiverFixture.server(15, directory).create();
        ArchiveStore archive = fixture.archive(primary);
        PostgresServer standby = Servers.standby(primary, directory.resolve("standby"))) {
      ServerAddress both =
          ServerAddress.of(
              "jdbc:postgresql://127.0.0.1:"
                  + primary.port()
                  + ",127.0.0.1:"
                  + standby.port()
                  + "/?user="
                  + primary.user());
      WalReceiver receiver = receiver(both, archive).start();
      try {
        fixture.awaitStreaming(receiver);
        primary.stop();
        standby.execute("SELECT pg_promote()");
        standby.awaitPromotion(LIMIT);
        standby.execute("CREATE TABLE t ()");
        Lsn end = standby.flushed();
        fixture.await(
            receiver,
            () ->
                receiver.status().timeline().orElseThrow().value() == 2
                    && !receiver.status().durable().isBefore(end));
        faulty.setUnavailable(true);
        primary.start();
        if (!startedAgain) {
          standby.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
          reachesWhatIsWritten(standby, receiver);
        }
      } finally {
        receiver.close();
      }
      if (startedAgain) {
        try (WalReceiver next = receiver(both, archive).start()) {
          reachesWhatIsWritten(standby, next);
        }
      }
    }
  }

  private void reachesWhatIsWritten(PostgresServer server, WalReceiver receiver) throws Exception {
    server.execute("CREATE TABLE u ()");
    fixture.awaitDurable(receiver, server);
  }

  /** A power failure leaves anything of what was not forced. */
  @Test
  void goesOnWhereTheSpoolHoldsRubbishOfATimelineThatWasLeft() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(15, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      WalSegment left =
          WalSegment.containing(
              TimelineId.FIRST, server.flushed(), archive.cluster().segmentSize());
      server.stop();
      Files.createFile(server.dataDirectory().resolve("standby.signal"));
      server.start();
      server.execute("SELECT pg_promote()");
      server.awaitPromotion(LIMIT);
      server.execute("SELECT pg_switch_wal()", "CREATE TABLE t ()", "SELECT pg_switch_wal()");
      Path spool = Files.createDirectory(directory.resolve("spool"));
      byte[] torn = new byte[left.size().bytes()];
      Arrays.fill(torn, 8192, 100_000, (byte) 7);
      Path partial = spool.resolve(new WalFileName.Partial(left.fileName()).toString());
      Files.write(partial, torn);
      try (WalReceiver receiver = receiver(Servers.address(server), archive).start()) {
        server.execute("CREATE TABLE u ()", "SELECT pg_switch_wal()");
        Lsn next = archive.cluster().segmentSize().floor(server.flushed());
        fixture.awaitArchived(receiver, next);
      }
      assertTrue(Files.exists(partial));
    }
  }

  @Test
  void beginsAnArchiveAtASwitchPoint() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(15, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute("CREATE TABLE t ()", "SELECT pg_switch_wal()");
      // a shutdown would write one more record
      server.kill();
      Files.createFile(server.dataDirectory().resolve("standby.signal"));
      server.start();
      server.execute("SELECT pg_promote()");
      server.awaitPromotion(LIMIT);
      TimelineId second = new TimelineId(2);
      Path file = server.dataDirectory().resolve("pg_wal/00000002.history");
      Lsn end =
          TimelineHistory.parse(second, Files.readAllBytes(file))
              .switchPoint(TimelineId.FIRST)
              .orElseThrow();
      assertEquals(archive.cluster().segmentSize().floor(end), end);
      try (WalsenderConnection other = WalsenderConnection.open(Servers.address(server))) {
        other.createPhysicalSlot("walden", true);
        ReplicationStream stream = other.startReplication(Optional.of("walden"), end, second);
        stream.sendStatus(end, end, Lsn.ZERO, false);
        stream.stop();
      }
      assertEquals(end.toString(), server.query("SELECT restart_lsn FROM pg_replication_slots"));
      try (WalReceiver receiver = receiver(Servers.address(server), archive).start()) {
        server.execute("CREATE TABLE u ()", "SELECT pg_switch_wal()");
        Lsn next = archive.cluster().segmentSize().floor(server.flushed());
        fixture.awaitArchived(receiver, next);
      }
      assertEquals(end, archive.inventory().ranges(second).get(0).start());
      assertEquals(List.of(), archive.inventory().ranges(TimelineId.FIRST));
    }
  }

  @Test
  void pushesALeftoverOnceHoweverOftenItMustConnect() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(15, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      String old = server.query("SELECT pg_walfile_name(pg_current_wal_lsn())");
      Files.createDirectory(directory.resolve("spool"));
      Files.write(
          directory.resolve("spool").resolve(old + ".partial"),
          Arrays.copyOf(Servers.segment(server, old), 100_000));
      server.execute("SELECT pg_switch_wal()", "CREATE TABLE t ()", "CHECKPOINT");
      for (int i = 0; i < 12; i++) {
        faulty.fail(
            FaultyStorage.Operation.PUT,
            name -> name.contains(".partial"),
            FaultyStorage.Fault.BEFORE_EFFECT);
      }
      WalReceiver.Builder builder = receiver(Servers.address(server), archive);
      WalReceiver receiver;
      try (WalsenderConnection other = WalsenderConnection.open(Servers.address(server))) {
        other.createPhysicalSlot("walden", true);
        other.startReplication(Optional.of("walden"), server.flushed(), TimelineId.FIRST);
        receiver = builder.start();
        long deadline = System.nanoTime() + 2_000_000_000L;
        while (System.nanoTime() < deadline) {
          assertFalse(receiver.await(Duration.ofMillis(20)), "the receiver has ended");
        }
      }
      try (receiver) {
        fixture.awaitStreaming(receiver);
        assertTrue(archive.contains(WalFileName.parse(old + ".partial")));
      }
    }
  }
}
