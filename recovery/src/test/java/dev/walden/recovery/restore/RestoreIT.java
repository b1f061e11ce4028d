package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.backup.BaseBackup;
import dev.walden.codec.AgeIdentity;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.journey.ArchivedCluster;
import dev.walden.recovery.plan.RecoveryImpossibleException;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.storage.ObjectSource;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestoreIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Path PG_VERIFYBACKUP = Path.of("/usr/lib/postgresql/15/bin/pg_verifybackup");
  private static final String ROWS = "SELECT string_agg(i::text, ',' ORDER BY i) FROM t";

  @TempDir Path folder;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());

  private ArchivedCluster cluster(int major, String... initdb) throws Exception {
    return archived(
        PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("source"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .initdb(initdb)
            .create());
  }

  private ArchivedCluster archived(PostgresServer server) throws Exception {
    ArchiveSettings settings =
        ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity);
    return new ArchivedCluster(server, folder.resolve("archive"), settings);
  }

  private String restoreCommand() {
    return RestoreCommand.shell(
        RestoreCommandProgram.command(
            folder.resolve("archive").toString(),
            identity.secretKey(),
            RestoreCommandProgram.Trouble.NONE));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void aServerRecoversToARestorePointWithItsTablespacesElsewhere(int major) throws Exception {
    Path space = Files.createDirectory(folder.resolve("space \\ of the source"));
    Path newSpaces = folder.resolve("new ' spaces \\");
    Path target = folder.resolve("restored");
    try (ArchivedCluster source = cluster(major)) {
      source
          .server()
          .execute(
              "CREATE TABLESPACE s LOCATION '" + space + "'",
              "CREATE TABLE t (i int) TABLESPACE s",
              "INSERT INTO t VALUES (1)");
      BaseBackup backup = source.backup();
      source
          .server()
          .execute(
              "INSERT INTO t VALUES (2)",
              "SELECT pg_create_restore_point('o''brien \\ ü')",
              "INSERT INTO t VALUES (3)");
      source.archiveWal();
      Map<String, Long> sourceFiles = files(space);

      RecoveryPlan plan =
          RecoveryPlanner.of(source.archive()).plan(RecoveryTarget.name("o'brien \\ ü"));
      assertEquals(backup, plan.backup());
      long[] told = new long[2];
      RestoredCluster restored =
          Restore.of(plan)
              .from(source.archive())
              .into(target)
              .tablespacesUnder(newSpaces)
              .restoreCommand(restoreCommand())
              .progress(
                  (done, total) -> {
                    told[0] = done;
                    told[1] = total;
                  })
              .run();
      assertEquals(List.of(), restored.warnings());
      assertEquals(restored.bytes(), told[0]);
      assertTrue(told[1] >= told[0]);
      assertFalse(Files.exists(target.resolve(DirectoryClaim.MARKER)));
      assertModes(target, "rwx------", "rw-------");

      try (PostgresServer server =
          PostgresServer.startExisting(PostgresBinaries.of(major), target)) {
        server.awaitPromotion(LIMIT);
        assertEquals("1,2", server.query(ROWS));
        assertEquals(
            newSpaces.resolve(backup.tablespaces().get(0).toString()).toString(),
            server.query(
                "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 's'"));
        assertEquals("off", server.query("SHOW archive_mode"));
        assertTrue(server.log().contains("recovery stopping at restore point"), server.log());
        server.execute("INSERT INTO t VALUES (9)");
      }
      assertEquals(sourceFiles, files(space));
      assertEquals("1,2,3", source.server().query(ROWS));
    }
  }

  private static Map<String, Long> files(Path directory) throws Exception {
    Map<String, Long> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path path : walk.toList()) {
        files.put(path.toString(), Files.isRegularFile(path) ? Files.size(path) : -1);
      }
    }
    return files;
  }

  private static void assertModes(Path directory, String directories, String files)
      throws Exception {
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path path : walk.toList()) {
        if (!Files.isSymbolicLink(path)) {
          assertEquals(
              Files.isDirectory(path) ? directories : files,
              PosixFilePermissions.toString(Files.getPosixFilePermissions(path)),
              path::toString);
        }
      }
    }
  }

  /** Without a way to the archive, over a promotion, and back to the branch that was left. */
  @ParameterizedTest
  @ValueSource(ints = {14, 16, 18})
  void theWalIsPutIntoTheDataDirectoryAndTimelinesAreFollowed(int major) throws Exception {
    Path second = folder.resolve("second");
    Path third = folder.resolve("third");
    Path fourth = folder.resolve("fourth");
    try (ArchivedCluster source = cluster(major, "--allow-group-access")) {
      source.server().execute("CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
      source.backup();
      source.server().execute("INSERT INTO t VALUES (2)");
      RecoveryTarget fork = RecoveryTarget.beforeLsn(source.position());
      source.server().execute("INSERT INTO t VALUES (3)");
      source.archiveWal();
      source.server().execute("INSERT INTO t VALUES (4)");
      source.archiveWal();

      Restore.of(RecoveryPlanner.of(source.archive()).plan(fork))
          .from(source.archive())
          .into(second)
          .run();
      assertModes(second, "rwxr-x---", "rw-r-----");
    }
    PostgresServer promoted = PostgresServer.startExisting(PostgresBinaries.of(major), second);
    promoted.awaitPromotion(LIMIT);
    try (ArchivedCluster branch = archived(promoted)) {
      assertEquals("1,2", promoted.query(ROWS));
      promoted.execute("INSERT INTO t VALUES (22)");
      branch.archiveWal();

      RecoveryPlan latest = RecoveryPlanner.of(branch.archive()).plan(RecoveryTarget.latest());
      assertEquals(2, latest.timeline().value(), latest::explain);
      Restore.of(latest).from(branch.archive()).into(third).run();
      RecoveryPlan old =
          RecoveryPlanner.of(branch.archive())
              .targetTimeline(RecoveryTargetTimeline.of(TimelineId.FIRST))
              .plan(RecoveryTarget.latest());
      Restore.of(old).from(branch.archive()).into(fourth).restoreCommand(restoreCommand()).run();
    }
    assertEquals("1,2,22", rowsAfterPromotion(major, third));
    assertEquals("1,2,3,4", rowsAfterPromotion(major, fourth));
  }

  private String rowsAfterPromotion(int major, Path data) throws Exception {
    try (PostgresServer server = PostgresServer.startExisting(PostgresBinaries.of(major), data)) {
      server.awaitPromotion(LIMIT);
      return server.query(ROWS);
    }
  }

  @Test
  void everyKindOfTargetStopsWhereItSays() throws Exception {
    int major = 17;
    Map<RecoveryTarget, String> expected = new LinkedHashMap<>();
    List<BaseBackup> backups = new ArrayList<>();
    List<RecoveryPlan> plans = new ArrayList<>();
    try (ArchivedCluster source = cluster(major)) {
      PostgresServer server = source.server();
      server.execute("CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
      backups.add(source.backup());
      server.execute("INSERT INTO t VALUES (2)");
      Lsn afterTwo = source.position();
      long three =
          Long.parseLong(
              server.query(
                  "WITH w AS (INSERT INTO t VALUES (3)) SELECT pg_current_xact_id()::text"));
      Instant afterThree =
          Instant.ofEpochSecond(
              0,
              1000
                  * Long.parseLong(
                      server.query(
                          "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")));
      server.execute("SELECT pg_sleep(0.01)", "INSERT INTO t VALUES (4)");
      backups.add(source.backup());
      Lsn afterBackup = source.position();
      server.execute("INSERT INTO t VALUES (5)");
      source.archiveWal();

      expected.put(RecoveryTarget.latest(), "1,2,3,4,5");
      expected.put(RecoveryTarget.immediate(), "1,2,3,4");
      expected.put(RecoveryTarget.beforeLsn(afterTwo), "1,2");
      expected.put(RecoveryTarget.beforeLsn(afterBackup), "1,2,3,4");
      expected.put(RecoveryTarget.beforeTransaction(three), "1,2");
      expected.put(RecoveryTarget.transaction(three), "1,2,3");
      expected.put(RecoveryTarget.time(afterThree), "1,2,3");
      for (RecoveryTarget target : expected.keySet()) {
        RecoveryPlan plan = RecoveryPlanner.of(source.archive()).plan(target);
        plans.add(plan);
        Restore.of(plan)
            .from(source.archive())
            .into(folder.resolve("restored" + plans.size()))
            .setting("fsync", "off")
            .run();
      }
    }
    assertEquals(
        List.of(1, 1, 0, 1, 0, 0, 0),
        plans.stream().map(plan -> backups.indexOf(plan.backup())).toList());
    int restored = 0;
    for (Map.Entry<RecoveryTarget, String> target : expected.entrySet()) {
      assertEquals(
          target.getValue(),
          rowsAfterPromotion(major, folder.resolve("restored" + ++restored)),
          target.getKey()::toString);
    }
  }

  /** From 15 on a server asks for segments that it does not need yet. */
  @ParameterizedTest
  @ValueSource(ints = {14, 15, 18})
  void aTargetJustBeforeAHoleIsReached(int major) throws Exception {
    Path target = folder.resolve("restored");
    try (ArchivedCluster source = cluster(major)) {
      source.server().execute("CREATE TABLE t (i int)");
      source.backup();
      source.server().execute("INSERT INTO t VALUES (1)");
      RecoveryTarget stop = RecoveryTarget.beforeLsn(source.position());
      source.server().execute("INSERT INTO t VALUES (2)");
      source.archiveWal();
      WalSegment lost = source.archiveWal();
      source.archiveWal();
      delete(lost.toString());

      RecoveryPlan plan = RecoveryPlanner.of(source.archive()).plan(stop);
      assertTrue(plan.gapAhead());
      Restore.of(plan).from(source.archive()).into(target).restoreCommand(restoreCommand()).run();
    }
    assertEquals("1", rowsAfterPromotion(major, target));
  }

  /** That there was more WAL says only the history of a timeline that left later. */
  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void aTargetJustBeforeAHoleThatAHistoryTellsOfIsReached(int major) throws Exception {
    Path target = folder.resolve("restored");
    try (ArchivedCluster source = cluster(major)) {
      source.server().execute("CREATE TABLE t (i int)");
      source.backup();
      source.server().execute("INSERT INTO t VALUES (1)");
      RecoveryTarget stop = RecoveryTarget.beforeLsn(source.position());
      source.server().execute("INSERT INTO t VALUES (2)");
      WalSegment last = source.archiveWal();
      String fork = last.end().plus(last.size().bytes() + 40L).toString();
      source
          .archive()
          .push(
              new WalFileName.History(new TimelineId(2)),
              ObjectSource.of(("1\t" + fork + "\tlost\n").getBytes(StandardCharsets.US_ASCII)));

      RecoveryPlanner planner =
          RecoveryPlanner.of(source.archive())
              .targetTimeline(RecoveryTargetTimeline.of(TimelineId.FIRST));
      assertThrows(RecoveryImpossibleException.class, () -> planner.plan(RecoveryTarget.latest()));
      RecoveryPlan plan = planner.plan(stop);
      assertTrue(plan.gapAhead());
      Restore.of(plan).from(source.archive()).into(target).restoreCommand(restoreCommand()).run();
    }
    assertEquals("1", rowsAfterPromotion(major, target));
  }

  private void delete(String name) throws Exception {
    try (Stream<Path> walk = Files.walk(folder.resolve("archive"))) {
      Files.delete(
          walk.filter(path -> path.getFileName().toString().startsWith(name + "."))
              .findFirst()
              .orElseThrow());
    }
  }

  @Test
  void pgVerifybackupFindsEveryFile() throws Exception {
    assumeTrue(Files.isExecutable(PG_VERIFYBACKUP), "no " + PG_VERIFYBACKUP);
    Path target = folder.resolve("restored");
    try (ArchivedCluster source = cluster(15)) {
      BaseBackup backup = source.backup();
      Restore.of(RecoveryPlanner.of(source.archive()).plan(RecoveryTarget.immediate()))
          .from(source.archive())
          .into(target)
          .run();
      Path manifest = folder.resolve("manifest");
      try (InputStream in = source.archive().open(backup, backup.manifest())) {
        Files.copy(in, manifest);
      }
      Process verify =
          new ProcessBuilder(
                  PG_VERIFYBACKUP.toString(), "-n", "-m", manifest.toString(), target.toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, verify.waitFor(), output);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void aStandbyFollowsTheServerItWasTakenFrom(int major) throws Exception {
    Path target = folder.resolve("standby");
    try (ArchivedCluster source = cluster(major)) {
      source.server().execute("CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
      source.backup();
      Restore.of(RecoveryPlanner.of(source.archive()).plan(RecoveryTarget.latest()))
          .from(source.archive())
          .into(target)
          .standby(
              RecoveryConfiguration.conninfo(
                  Map.of(
                      "host", "127.0.0.1",
                      "port", Integer.toString(source.server().port()),
                      "user", source.server().user())))
          .run();
      try (PostgresServer standby =
          PostgresServer.startExisting(PostgresBinaries.of(major), target)) {
        source.server().execute("INSERT INTO t VALUES (2)");
        String wanted = source.server().query("SELECT pg_current_wal_lsn()");
        long start = System.nanoTime();
        while (!standby.query("SELECT pg_last_wal_replay_lsn() >= '" + wanted + "'").equals("t")) {
          assertTrue(System.nanoTime() - start < LIMIT.toNanos(), standby.log());
          Thread.sleep(50);
        }
        assertEquals("1,2", standby.query(ROWS));
        assertEquals("t", standby.query("SELECT pg_is_in_recovery()"));
      }
    }
  }
}
