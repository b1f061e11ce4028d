package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.crash.DirectoryCopy;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.FaultyStorage.Operation;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A primary with a base backup in an archive, and standbys to promote. */
final class PromotedCluster implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);
  private static final WalSegmentSize SIZE = ReceiverFixture.SEGMENT_SIZE;

  /** What a receiver acknowledges. */
  enum Durability {
    SEGMENT,
    SPOOL,
    TAIL
  }

  private final Durability durability;
  private final Path directory;
  private final FaultyStorage storage = new FaultyStorage(new InMemoryStorage(), 1);
  private final ReceiverFixture fixture = ReceiverFixture.into(storage).limit(LIMIT);
  private final ArchiveStore archive;
  private final Deque<PostgresServer> servers = new ArrayDeque<>();
  private PostgresServer server;
  private int restored;

  PromotedCluster(Durability durability, Path directory)
      throws IOException, SQLException, InterruptedException {
    this.durability = durability;
    this.directory = directory;
    server = ReceiverFixture.server(16, directory).create();
    servers.push(server);
    server.execute("CREATE TABLE stages (name text)");
    archive = fixture.archive(server);
    WalReceiver receiver = receiver(server).start();
    BaseBackupTaker.of(ReceiverFixture.address(server), archive).walTimeout(LIMIT).take();
    receiver.close();
  }

  ArchiveStore archive() {
    return archive;
  }

  FaultyStorage storage() {
    return storage;
  }

  /** Waits for what a receiver does. */
  ReceiverFixture fixture() {
    return fixture;
  }

  /** The server that is written to. */
  PostgresServer server() {
    return server;
  }

  WalReceiver.Builder receiver(PostgresServer from) {
    WalReceiver.Builder builder = fixture.receiver(from, archive);
    return switch (durability) {
      case SEGMENT -> builder;
      case SPOOL -> builder.spool(spool());
      case TAIL -> builder.tail().tailInterval(Duration.ZERO);
    };
  }

  private Path spool() {
    return directory.resolve("spool");
  }

  /** A copy of the primary, which follows it. */
  PostgresServer standby() throws IOException, InterruptedException {
    Path data = directory.resolve("standby");
    server.stop();
    DirectoryCopy.copy(server.dataDirectory(), data);
    server.start();
    Files.createFile(data.resolve("standby.signal"));
    PostgresServer standby =
        PostgresServer.builder(server.binaries(), data)
            .setting(
                "primary_conninfo",
                "host=127.0.0.1 port=" + server.port() + " user=" + server.user())
            .startExisting();
    servers.push(standby);
    return standby;
  }

  /** Writes a row, and so many segments; the row comes last. */
  void write(String stage, int segments) throws SQLException {
    for (int i = 0; i < segments; i++) {
      server.execute("SELECT pg_logical_emit_message(false, 'walden', repeat('x', 1000000))");
    }
    server.execute("INSERT INTO stages VALUES ('" + stage + "')");
  }

  /** Until what the server has written is acknowledged, as far as that goes without a switch. */
  void follow(WalReceiver receiver) throws Exception {
    Lsn end = durability == Durability.SEGMENT ? SIZE.floor(server.flushed()) : server.flushed();
    fixture.awaitDurable(receiver, end);
  }

  /** Until all that the server has written can be recovered. */
  void settle(WalReceiver receiver) throws Exception {
    if (durability == Durability.SEGMENT) {
      server.execute("SELECT pg_switch_wal()");
    }
    String number = server.query("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)");
    TimelineId timeline = new TimelineId(Long.parseLong(number, 16));
    fixture.await(receiver, () -> receiver.status().timeline().equals(Optional.of(timeline)));
    follow(receiver);
  }

  /**
   * Kills the server and promotes a standby, which has everything.
   *
   * @param atABoundary whether the server shall end with a whole segment
   * @return whether the new timeline begins with a segment
   */
  boolean promote(PostgresServer standby, boolean atABoundary) throws Exception {
    if (atABoundary) {
      server.execute("SELECT pg_switch_wal()");
    }
    awaitReplay(standby);
    server.kill();
    return raise(standby);
  }

  /** Promotes a standby while the server goes on, of which it hears no more. */
  void split(PostgresServer standby) throws Exception {
    awaitReplay(standby);
    raise(standby);
  }

  private void awaitReplay(PostgresServer standby) throws Exception {
    Lsn end = server.flushed();
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (Lsn.parse(standby.query("SELECT pg_last_wal_replay_lsn()")).isBefore(end)) {
      assertTrue(System.nanoTime() < deadline, "the standby did not follow to " + end);
      Thread.sleep(20);
    }
  }

  private boolean raise(PostgresServer standby) throws Exception {
    standby.execute("SELECT pg_promote()");
    standby.awaitPromotion(LIMIT);
    if (!server.isRunning()) {
      server = standby;
    }
    TimelineHistory history =
        TimelineHistory.parse(
            new TimelineId(2),
            Files.readAllBytes(standby.dataDirectory().resolve("pg_wal/00000002.history")));
    Lsn end = history.switchPoint(TimelineId.FIRST).orElseThrow();
    return SIZE.floor(end).equals(end);
  }

  /** The server is lost; this one is written to. */
  void turnTo(PostgresServer next) throws IOException, InterruptedException {
    server.kill();
    server = next;
  }

  /** Takes the server to its next timeline. */
  void promoteAgain() throws Exception {
    server.stop();
    Files.createFile(server.dataDirectory().resolve("standby.signal"));
    server.start();
    server.execute("SELECT pg_promote()");
    server.awaitPromotion(LIMIT);
  }

  /** The names of what is stored from now on, in order. */
  List<String> watchStorage() {
    List<String> names = Collections.synchronizedList(new ArrayList<>());
    for (Operation operation : List.of(Operation.PUT, Operation.COMMIT)) {
      storage.fail(
          operation,
          name -> {
            names.add(name);
            return false;
          },
          Fault.BEFORE_EFFECT);
    }
    return names;
  }

  /** Whether the archive has WAL of a timeline, whole or in pieces. */
  boolean holds(TimelineId timeline) throws IOException {
    WalInventory inventory = archive.inventory();
    return inventory.last(timeline).isPresent()
        || inventory.tails().stream().anyMatch(tail -> tail.segment().timeline().equals(timeline))
        || inventory.partials().stream().anyMatch(partial -> partial.timeline().equals(timeline));
  }

  /** Recovers from the archive to the end of the latest timeline. */
  void assertRecovers(String... stages) throws Exception {
    assertRecovers(RecoveryTargetTimeline.latest(), stages);
  }

  /** Recovers from the archive to the end of a timeline; the servers are lost. */
  void assertRecovers(RecoveryTargetTimeline timeline, String... stages) throws Exception {
    for (PostgresServer running : servers) {
      running.kill();
    }
    if (durability == Durability.SPOOL) {
      WalReceiver.archiveSpool(archive, spool());
    }
    RecoveryPlan plan =
        RecoveryPlanner.of(archive).targetTimeline(timeline).plan(RecoveryTarget.latest());
    Path data = directory.resolve("restored-" + restored++);
    Restore.of(plan).from(archive).into(data).run();
    try (PostgresServer recovered = PostgresServer.startExisting(server.binaries(), data)) {
      recovered.awaitPromotion(LIMIT);
      assertEquals(
          String.join(" ", stages),
          recovered.query("SELECT string_agg(name, ' ' ORDER BY ctid) FROM stages"),
          plan.toString());
      recovered.kill();
    }
  }

  @Override
  public void close() throws IOException {
    try (archive) {
      for (PostgresServer running : servers) {
        running.kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
