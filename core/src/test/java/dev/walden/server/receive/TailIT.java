package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.FetchOutcome;
import dev.walden.archive.inventory.WalTail;
import dev.walden.codec.AgeIdentity;
import dev.walden.server.ServerAddress;
import dev.walden.server.Servers;
import dev.walden.storage.StoredObject;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.FaultyStorage.Operation;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A receiver that archives the open segment in pieces. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TailIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final InMemoryStorage storage = new InMemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(storage, 1);
  private final ReceiverFixture fixture = ReceiverFixture.into(faulty);

  private WalReceiver.Builder receiver(PostgresServer server, ArchiveStore archive) {
    Properties name = new Properties();
    name.setProperty("ApplicationName", "w");
    return fixture.receiver(ReceiverFixture.address(server, name), archive).tail();
  }

  private List<String> pieces() {
    return storage.list("", "", 10_000).stream()
        .map(StoredObject::name)
        .filter(name -> name.contains(".tail"))
        .toList();
  }

  private static void makeSynchronous(PostgresServer server) throws Exception {
    server.execute("ALTER SYSTEM SET synchronous_standby_names = 'W'", "SELECT pg_reload_conf()");
  }

  /** Compares what the archive has of the segment with what the server wrote. */
  private void assertFetched(PostgresServer server, ArchiveStore archive, Lsn end)
      throws Exception {
    WalSegment segment =
        WalSegment.containing(TimelineId.FIRST, end, archive.cluster().segmentSize());
    Path target = directory.resolve("fetched");
    assertEquals(FetchOutcome.BEGINNING, archive.fetch(segment.fileName(), target));
    byte[] fetched = Files.readAllBytes(target);
    assertEquals(segment.size().bytes(), fetched.length);
    int length = segment.size().offset(end);
    assertArrayEquals(
        Arrays.copyOf(Servers.segment(server, segment.toString()), length),
        Arrays.copyOf(fetched, length));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void archivesTheOpenSegment(int major) throws Exception {
    ArchiveSettings settings =
        ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity);
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.settings(settings).archive(server);
        WalReceiver receiver = receiver(server, archive).start()) {
      server.execute("CREATE TABLE t (v text)", "INSERT INTO t VALUES ('first')");
      fixture.awaitDurable(receiver, server);
      Lsn first = server.flushed();
      assertFetched(server, archive, first);
      server.execute("INSERT INTO t SELECT md5(i::text) FROM generate_series(1, 500) i");
      fixture.awaitDurable(receiver, server);
      assertFetched(server, archive, server.flushed());
      assertFalse(pieces().isEmpty());
      server.execute("SELECT pg_switch_wal()");
      Lsn whole = archive.cluster().segmentSize().floor(server.flushed());
      fixture.awaitArchived(receiver, whole);
      String completed =
          WalSegment.containing(TimelineId.FIRST, first, archive.cluster().segmentSize())
              .toString();
      fixture.await(receiver, () -> pieces().stream().noneMatch(name -> name.contains(completed)));
      Lsn restart = Lsn.parse(server.query("SELECT restart_lsn FROM pg_replication_slots"));
      assertFalse(restart.isAfter(receiver.status().durable()), "the slot is at " + restart);
    }
  }

  @Test
  void anIdleServerCausesNoPieces() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver =
            receiver(server, archive).tailInterval(Duration.ofMillis(20)).start()) {
      server.execute("CREATE TABLE t (v text)", "CHECKPOINT");
      fixture.awaitDurable(receiver, server);
      assumeTrue(nothingComesOfAnIdleServer(server, receiver), "the server was never idle");
    }
  }

  /** Looks at a second in which the server flushed nothing; at another one until there is one. */
  private boolean nothingComesOfAnIdleServer(PostgresServer server, WalReceiver receiver)
      throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      Lsn end = server.flushed();
      fixture.awaitDurable(receiver, end);
      List<String> before = pieces();
      Thread.sleep(1000);
      List<String> after = pieces();
      if (server.flushed().equals(end)) {
        // those of the segment before may be removed meanwhile, as it is whole
        assertTrue(before.containsAll(after), () -> after + " after " + before);
        return true;
      }
    }
    return false;
  }

  @Test
  void waitsForTimeOrBytes() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver =
            receiver(server, archive)
                .tailInterval(Duration.ofHours(1))
                .tailBytes(200_000)
                .start()) {
      server.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()");
      long later = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1500);
      while (System.nanoTime() < later) {
        server.execute("INSERT INTO t VALUES ('x')");
        fixture.awaitReceived(receiver, server.flushed());
      }
      String segment =
          WalSegment.containing(TimelineId.FIRST, server.flushed(), ReceiverFixture.SEGMENT_SIZE)
              .toString();
      server.execute(
          "INSERT INTO t SELECT repeat(md5(i::text), 4) FROM generate_series(1, 1500) i");
      fixture.await(receiver, () -> pieces().stream().anyMatch(piece -> piece.contains(segment)));
      String first =
          pieces().stream().filter(piece -> piece.contains(segment)).sorted().findFirst().get();
      Matcher bytes = Pattern.compile("\\.00000000-([0-9A-F]{8})-").matcher(first);
      assertTrue(bytes.find(), first);
      assertTrue(
          Integer.parseInt(bytes.group(1), 16) >= 200_000,
          "neither time nor bytes had come: " + first);
      // a server that shuts down waits for nothing
      server.execute("INSERT INTO t VALUES ('y')");
      Lsn last = server.flushed();
      long start = System.nanoTime();
      server.stop();
      assertTrue(
          System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20),
          "a fast shutdown waited for the receiver");
      assertTrue(receiver.status().durable().isAfter(last), receiver.status().toString());
    }
  }

  @Test
  void aServerShutsDownThoughTheStorageIsAway() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = receiver(server, archive).tailInterval(Duration.ZERO).start()) {
      server.execute("CREATE TABLE t (v text)");
      fixture.awaitDurable(receiver, server);
      faulty.setUnavailable(true);
      server.execute("INSERT INTO t VALUES ('x')");
      Lsn last = server.flushed();
      fixture.await(receiver, () -> receiver.status().trouble().isPresent());
      long start = System.nanoTime();
      server.stop();
      assertTrue(
          System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20),
          "a fast shutdown waited for the storage");
      assertTrue(receiver.status().durable().isBefore(last), receiver.status().toString());
      faulty.setUnavailable(false);
      server.start();
      fixture.awaitDurable(receiver, server);
      assertFetched(server, archive, server.flushed());
    }
  }

  @Test
  void isASynchronousStandby() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute("CREATE TABLE t (i int)");
      makeSynchronous(server);
      try (WalReceiver receiver =
          receiver(server, archive).tailInterval(Duration.ofHours(1)).start()) {
        fixture.awaitStreaming(receiver);
        for (int i = 0; i < 300; i++) {
          server.execute("INSERT INTO t VALUES (" + i + ")");
        }
        assertFetched(server, archive, server.flushed());
        assertTrue(
            archive.inventory().tails().stream().anyMatch(tail -> !tail.isComplete()),
            "nothing was archived in pieces");
        long start = System.nanoTime();
        server.stop();
        assertTrue(
            System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20),
            "a fast shutdown waited for the receiver");
      }
    }
  }

  @Test
  void acknowledgesNothingBeforeItIsStored() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = receiver(server, archive).tailInterval(Duration.ZERO).start()) {
      server.execute("CREATE TABLE t (i int)");
      fixture.awaitDurable(receiver, server);
      for (int round = 0; round < 20; round++) {
        faulty.fail(
            Operation.COMMIT,
            name -> name.contains(".tail"),
            round % 2 == 0 ? Fault.BEFORE_EFFECT : Fault.AFTER_EFFECT);
        server.execute("INSERT INTO t VALUES (" + round + ")");
        Lsn end = server.flushed();
        fixture.await(
            receiver,
            () -> {
              Lsn durable = receiver.status().durable();
              Lsn stored = stored(archive);
              assertFalse(durable.isAfter(stored), durable + " acknowledged, stored: " + stored);
              return !durable.isBefore(end);
            });
      }
      assertFetched(server, archive, server.flushed());
    }
  }

  private static Lsn stored(ArchiveStore archive) throws Exception {
    List<WalTail> tails = archive.inventory().tails();
    return tails.get(tails.size() - 1).end();
  }

  @Test
  void commitsThatWaitForReplayAreWarnedAbout() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute("ALTER SYSTEM SET synchronous_commit = 'remote_apply'");
      makeSynchronous(server);
      try (WalReceiver receiver = receiver(server, archive).start()) {
        fixture.awaitStreaming(receiver);
        String trouble = receiver.status().trouble().orElseThrow().getMessage();
        assertTrue(trouble.contains("remote_apply"), trouble);
      }
      server.execute("ALTER SYSTEM SET synchronous_commit = 'on'", "SELECT pg_reload_conf()");
      try (WalReceiver receiver = receiver(server, archive).start()) {
        fixture.awaitStreaming(receiver);
        assertEquals(java.util.Optional.empty(), receiver.status().trouble());
      }
    }
  }

  @Test
  void commitsOfRemoteWriteWaitForTheStorage() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute(
          "CREATE TABLE t (i int)", "ALTER SYSTEM SET synchronous_commit = 'remote_write'");
      makeSynchronous(server);
      try (WalReceiver receiver =
          receiver(server, archive).statusInterval(Duration.ofMillis(200)).start()) {
        fixture.awaitStreaming(receiver);
        server.execute("INSERT INTO t VALUES (1)");
        faulty.setUnavailable(true);
        CompletableFuture<Void> commit =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    server.execute("INSERT INTO t VALUES (2)");
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                });
        fixture.await(
            () -> "no commit waits",
            () ->
                server
                    .query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                    .equals("1"));
        fixture.awaitReceived(receiver, server.flushed());
        for (int reply = 0; reply < 2; reply++) {
          awaitReply(server, receiver);
        }
        assertFalse(commit.isDone(), "committed without the storage");
        faulty.setUnavailable(false);
        commit.get(20, TimeUnit.SECONDS);
      }
    }
  }

  /** Waits until the server has heard from the receiver again. */
  private void awaitReply(PostgresServer server, WalReceiver receiver) throws Exception {
    String last = server.query("SELECT reply_time FROM pg_stat_replication");
    fixture.await(
        receiver, () -> !server.query("SELECT reply_time FROM pg_stat_replication").equals(last));
  }

  /** Whole segments cannot be stored, pieces can; then the receiver is gone. */
  @ParameterizedTest
  @CsvSource({"17, true", "17, false", "14, false"})
  void acknowledgedSegmentsThatAreNotWholeAreNotLost(int major, boolean withKey) throws Exception {
    ArchiveSettings host = ArchiveSettings.defaults().encryptTo(identity.recipient());
    ArchiveSettings keys = host.decryptWith(identity);
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.settings(host).archive(server);
        ArchiveStore reader = fixture.settings(keys).archive(server)) {
      server.execute(
          "ALTER SYSTEM SET wal_keep_size = 0",
          "SELECT pg_reload_conf()",
          "CREATE TABLE t (v text)");
      Lsn first;
      Lsn acknowledged;
      AtomicBoolean away = new AtomicBoolean(true);
      try (WalReceiver receiver =
          receiver(server, archive).tailInterval(Duration.ZERO).tailBytes(8 << 20).start()) {
        fixture.awaitDurable(receiver, server);
        first = archive.cluster().segmentSize().floor(server.flushed());
        String whole =
            WalSegment.containing(TimelineId.FIRST, first, archive.cluster().segmentSize())
                + ".zst.age";
        for (int i = 0; i < 1000; i++) {
          faulty.fail(
              Operation.COMMIT, name -> away.get() && name.endsWith(whole), Fault.BEFORE_EFFECT);
        }
        for (int i = 0; i < 3; i++) {
          server.execute(
              "INSERT INTO t SELECT repeat(md5(i::text), 4) FROM generate_series(1, 2000) i",
              "SELECT pg_switch_wal()",
              "INSERT INTO t VALUES ('x')");
          fixture.awaitDurable(receiver, server);
        }
        acknowledged = server.flushed();
        assertTrue(
            reader.inventory().tails().stream().anyMatch(WalTail::isComplete),
            reader.inventory().tails().toString());
      }
      away.set(false);
      server.execute("CHECKPOINT", "CHECKPOINT");
      try (WalReceiver receiver = receiver(server, withKey ? reader : archive).start()) {
        server.execute("SELECT pg_switch_wal()", "INSERT INTO t VALUES ('y')");
        fixture.awaitDurable(receiver, server);
        Lsn end = archive.cluster().segmentSize().floor(server.flushed());
        fixture.awaitArchived(receiver, end);
      }
      var ranges = reader.inventory().withTails().ranges(TimelineId.FIRST);
      assertEquals(1, ranges.size(), "a hole: " + ranges + ", from " + first);
      assertFalse(ranges.get(0).start().isAfter(first), ranges.toString());
      assertFalse(ranges.get(0).end().isBefore(acknowledged), ranges.toString());
      if (withKey) {
        assertEquals(1, reader.inventory().ranges(TimelineId.FIRST).size());
      }
    }
  }

  @Test
  void keepsWhatAnOldPrimaryWroteBeyondTheFork() throws Exception {
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
      try (WalReceiver receiver =
          fixture.receiver(both, archive).tail().tailInterval(Duration.ZERO).start()) {
        primary.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()", "CHECKPOINT");
        fixture.awaitDurable(receiver, primary);
        standby.execute("SELECT pg_promote()");
        standby.awaitPromotion(LIMIT);
        primary.execute("INSERT INTO t SELECT md5(i::text) FROM generate_series(1, 500) i");
        fixture.awaitDurable(receiver, primary);
        Lsn old = primary.flushed();
        assertFetched(primary, archive, old);
        primary.kill();
        fixture.await(receiver, () -> receiver.status().timeline().orElseThrow().value() == 2);
        standby.execute("CREATE TABLE u ()");
        fixture.awaitDurable(receiver, standby);
        assertTrue(
            archive.inventory().tails().stream()
                .anyMatch(tail -> tail.segment().timeline().value() == 2),
            archive.inventory().tails().toString());
        standby.execute("SELECT pg_switch_wal()", "CREATE TABLE w ()");
        fixture.awaitDurable(receiver, standby);
        Lsn next = archive.cluster().segmentSize().floor(standby.flushed());
        fixture.awaitArchived(receiver, next);
        assertFetched(primary, archive, old);
      }
    }
  }

  @Test
  void storesNothingBehindASegmentOfWhichPiecesAreMissing() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = receiver(server, archive).tailInterval(Duration.ZERO).start()) {
      server.execute("CREATE TABLE t (v text)", "SELECT pg_switch_wal()", "CREATE TABLE u ()");
      fixture.awaitDurable(receiver, server);
      WalSegment begun =
          WalSegment.containing(
              TimelineId.FIRST, server.flushed(), archive.cluster().segmentSize());
      AtomicBoolean away = new AtomicBoolean(true);
      AtomicInteger refused = new AtomicInteger();
      for (int i = 0; i < 2000; i++) {
        faulty.fail(
            Operation.COMMIT,
            name -> away.get() && name.contains(begun.toString()) && refused.incrementAndGet() > 0,
            Fault.BEFORE_EFFECT);
      }
      server.execute(
          "INSERT INTO t SELECT repeat(md5(i::text), 4) FROM generate_series(1, 14000) i");
      Lsn end = begun.next().end();
      fixture.await(receiver, () -> receiver.status().received().isAfter(end));
      int before = refused.get();
      fixture.await(receiver, () -> refused.get() > before + 3);
      assertEquals(begun, archive.inventory().withTails().last().orElseThrow());
      assertFetched(server, archive, receiver.status().durable());
      away.set(false);
      fixture.awaitDurable(receiver, server);
      fixture.awaitArchived(receiver, end);
    }
  }
}
