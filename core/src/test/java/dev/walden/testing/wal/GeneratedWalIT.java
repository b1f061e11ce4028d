package dev.walden.testing.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.cluster.ControlFile;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers replay generated WAL behind their own, and stop where what it says makes them stop. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GeneratedWalIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;
  private Path archive;
  private Path cluster;
  private PostgresBinaries binaries;
  private long database;
  private int copies;

  /** A cluster that was shut down, its WAL continued. */
  private GeneratedWal wal(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    binaries = PostgresBinaries.of(major);
    archive = Files.createDirectory(folder.resolve("archive"));
    try (PostgresServer server =
        PostgresServer.builder(binaries, folder.resolve("data"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .setting("max_prepared_transactions", "5")
            .setting("log_timezone", "UTC")
            .create()) {
      server.execute("CREATE TABLE t AS SELECT generate_series(1, 100) i");
      database =
          Long.parseLong(
              server.query("SELECT oid FROM pg_database WHERE datname = current_database()"));
      server.stop();
      cluster = server.dataDirectory();
    }
    return GeneratedWal.continuing(ControlFile.read(cluster), this::open, TimelineHistory.first());
  }

  private Optional<InputStream> open(WalSegment segment) throws IOException {
    try {
      Path file = cluster.resolve("pg_wal").resolve(segment.toString());
      return Optional.of(Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private Path copy() throws IOException {
    Path copy = folder.resolve("copy" + ++copies);
    try (Stream<Path> files = Files.walk(cluster)) {
      for (Path file : files.toList()) {
        Files.copy(
            file, copy.resolve(cluster.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    Files.createFile(copy.resolve("recovery.signal"));
    return copy;
  }

  private PostgresServer recover(Path copy, Map<String, String> target) throws Exception {
    PostgresServer server =
        PostgresServer.builder(binaries, copy)
            .setting("restore_command", "cp '" + archive + "/%f' '%p'")
            .setting("recovery_target_action", "promote")
            .settings(target)
            .startExisting();
    try {
      server.awaitPromotion(LIMIT);
      return server;
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Recovers to a target and checks what the server says of where, and why there, it stopped. */
  private void stops(String target, String value, boolean inclusive, String says, Lsn at)
      throws Exception {
    Map<String, String> settings = new TreeMap<>();
    settings.put("recovery_target_" + target, value);
    settings.put("recovery_target_inclusive", Boolean.toString(inclusive));
    try (PostgresServer server = recover(copy(), settings)) {
      String what = target + " " + value + " " + inclusive;
      assertTrue(server.log().contains("recovery stopping " + says), what + "\n" + server.log());
      assertEquals(at, switchPoint(server), what);
      assertEquals("100", server.query("SELECT count(*) FROM t"));
    }
  }

  /** Where the newest timeline of a server left the one before. */
  private static Lsn switchPoint(PostgresServer server) throws IOException {
    try (Stream<Path> files = Files.list(server.dataDirectory().resolve("pg_wal"))) {
      Path newest =
          files.filter(file -> file.toString().endsWith(".history")).max(Path::compareTo).get();
      long timeline = Long.parseLong(newest.getFileName().toString().substring(0, 8), 16);
      List<TimelineHistory.Ancestor> ancestors =
          TimelineHistory.parse(new TimelineId(timeline), Files.readAllBytes(newest)).ancestors();
      return ancestors.get(ancestors.size() - 1).switchPoint();
    }
  }

  private static String status(PostgresServer server, long xid) throws Exception {
    return server.query("SELECT txid_status(" + xid + ")");
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void serversStopWhereTheTargetSays(int major) throws Exception {
    GeneratedWal wal = wal(major);
    long xid = wal.nextXid();
    GeneratedRecord first = wal.commit(xid, NOON);
    wal.commit(xid + 1, NOON);
    GeneratedRecord later = wal.commit(xid + 2, NOON.plusSeconds(2));
    wal.commit(xid + 3, NOON.minusSeconds(2));
    wal.filler(2_500_000);
    GeneratedRecord child = wal.abort(xid + 5, NOON.plusSeconds(3), TransactionParts.none());
    GeneratedRecord parent = wal.commit(xid + 4, NOON.plusSeconds(4));
    wal.switchSegment();
    wal.commit(xid + 6, NOON.plusSeconds(7));
    wal.writeInto(archive);

    String time = ", time 2026-11-22 12:00:0";
    stops(
        "xid",
        Long.toString(xid + 5),
        false,
        "before abort of transaction " + (xid + 5) + time + "3+00",
        child.lsn());
    stops(
        "time",
        "2026-11-22 12:00:00+00",
        true,
        "before commit of transaction " + (xid + 2) + time + "2+00",
        later.lsn());
    stops(
        "time",
        "2026-11-22 12:00:00+00",
        false,
        "before commit of transaction " + xid + time + "0+00",
        first.lsn());
    assertEquals(parent.lsn(), child.endLsn());
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 17, 18})
  void serversReplayWalDrawnByLotToItsEnd(int major) throws Exception {
    GeneratedWal wal = wal(major);
    RandomWal random = new RandomWal(wal, new Random(major), NOON).add(400);
    GeneratedRecord last = wal.commit(wal.nextXid(), NOON);
    wal.writeInto(archive);
    try (PostgresServer server = recover(copy(), Map.of())) {
      assertTrue(
          server.log().contains("redo done at " + last.lsn() + " "), last + "\n" + server.log());
      assertEquals(last.endLsn(), switchPoint(server));
      assertTrue(random.ended().size() > 100, random.ended()::toString);
      assertEquals(
          new TreeMap<>(random.ended())
              .values().stream()
                  .map(committed -> committed ? "committed" : "aborted")
                  .collect(Collectors.joining(",")),
          server.query(
              "SELECT string_agg(txid_status(x), ',' ORDER BY x) FROM unnest('{"
                  + random.ended().keySet().stream()
                      .map(String::valueOf)
                      .collect(Collectors.joining(","))
                  + "}'::bigint[]) x"));
      server.execute("CREATE TABLE after AS SELECT 1", "VACUUM FREEZE t", "CHECKPOINT");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 17, 18})
  void serversFollowATimelineAndKeepWhatIsPrepared(int major) throws Exception {
    GeneratedWal wal = wal(major);
    long xid = wal.nextXid();
    TransactionParts parts = TransactionParts.none().with(xid + 1).inDatabase(database);
    wal.prepare(xid, "kept", NOON, parts);
    // a server looks for what was prepared in the file of the timeline that it replays
    wal.switchSegment();
    GeneratedRecord last = wal.commit(xid + 2, NOON);
    wal.commitPrepared(xid, NOON);
    wal.switchSegment();
    wal.writeInto(archive);
    GeneratedWal second = wal.fork().after(last).recovered(NOON);
    second.commit(xid + 3, NOON);
    GeneratedWal third = second.fork().promoted(NOON);
    third.checkpoint(NOON);
    GeneratedRecord end = third.commit(xid + 4, NOON);
    third.commit(xid + 5, NOON.plusSeconds(1));
    second.writeInto(archive);
    third.writeInto(archive);
    try (PostgresServer server =
        recover(copy(), Map.of("recovery_target_xid", Long.toString(xid + 4)))) {
      assertEquals(end.endLsn(), switchPoint(server));
      assertEquals("4", server.query("SELECT timeline_id FROM pg_control_checkpoint()"));
      assertEquals("committed", status(server, xid + 2));
      assertEquals("committed", status(server, xid + 4));
      assertEquals("in progress", status(server, xid));
      assertEquals("kept", server.query("SELECT string_agg(gid, ',') FROM pg_prepared_xacts"));
      // it is read from a file now, and checked more closely
      server.restart();
      server.execute("COMMIT PREPARED 'kept'");
      assertEquals("committed", status(server, xid));
      assertEquals("committed", status(server, xid + 1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void serversRecoverFromAGeneratedBackup(int major) throws Exception {
    GeneratedWal wal = wal(major);
    long xid = wal.nextXid();
    wal.commit(xid, NOON);
    GeneratedBackup backup = wal.startBackup(NOON);
    wal.commit(xid + 1, NOON);
    backup.end(NOON);
    wal.commit(xid + 2, NOON);
    wal.writeInto(archive);
    Path copy = copy();
    Files.write(copy.resolve("backup_label"), backup.label().content());
    try (PostgresServer server = recover(copy, Map.of("recovery_target", "immediate"))) {
      assertTrue(
          server.log().contains("redo starts at " + backup.label().startWalLocation()),
          server.log());
      assertTrue(
          server.log().contains("consistent recovery state reached at " + backup.endLsn()),
          server.log());
      assertEquals(backup.endLsn(), switchPoint(server));
      assertEquals("committed", status(server, xid + 1));
    }
  }
}
