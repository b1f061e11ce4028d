package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.agreement.NoiseSegment;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.storage.ObjectSource;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.testing.wal.RandomWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers recover clusters that never existed, from generated backups along generated WAL. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GeneratedBackupIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql/15/bin");

  @TempDir Path folder;
  private int restored;

  private static GeneratedWal wal(int major) throws Exception {
    return GeneratedWal.begin(
        new ClusterIdentity(
            new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), PgVersion.ofMajor(major)),
        NOON);
  }

  private static ArchiveStore archive(GeneratedWal wal) throws Exception {
    return ArchiveStore.openOrCreate(
        new InMemoryStorage(), ArchiveSettings.defaults(), wal.cluster());
  }

  private Path restore(ArchiveStore archive, RecoveryTarget target) throws Exception {
    RecoveryPlan plan =
        RecoveryPlanner.of(archive).action(RecoveryTargetAction.SHUTDOWN).plan(target);
    Path data = folder.resolve("data" + ++restored);
    Restore.of(plan).from(archive).into(data).run();
    return data;
  }

  private void stops(ArchiveStore archive, RecoveryTarget target, String says, Lsn at)
      throws Exception {
    Path data = restore(archive, target);
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(archive.cluster().version().major()), data)
            .setting("max_prepared_transactions", "5")
            .setting("log_timezone", "UTC")
            .existing()) {
      server.launch();
      server.awaitExit(LIMIT);
      assertTrue(server.log().contains("recovery stopping " + says), target + server.log());
      ControlFile control = ControlFile.read(data);
      assertEquals(ControlFile.State.SHUT_DOWN_IN_RECOVERY, control.state(), server.log());
      assertEquals(at, control.minRecoveryPoint(), target + server.log());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void serversRecoverClustersThatNeverExisted(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    GeneratedWal wal = wal(major);
    wal.commit(730, NOON);
    try (ArchiveStore archive = archive(wal)) {
      BaseBackup backup = wal.backup(NOON).into(archive);
      new RandomWal(wal, new Random(major), NOON).add(60);
      long xid = wal.nextXid() + 10;
      GeneratedRecord wanted = wal.commit(xid, NOON.plusSeconds(600));
      wal.commit(xid + 1, NOON.plusSeconds(600));
      GeneratedRecord point = wal.restorePoint("before release", NOON);
      GeneratedRecord dropped = wal.dropDatabase(xid + 2, 16400, List.of(1663L));
      GeneratedRecord late = wal.commit(xid + 2, NOON.plusSeconds(601));
      wal.switchSegment();
      wal.archiveInto(archive);

      stops(
          archive,
          RecoveryTarget.transaction(xid),
          "after commit of transaction " + xid + ", time 2026-11-22 12:10:00+00",
          wanted.endLsn());
      stops(
          archive,
          RecoveryTarget.time(NOON.plusSeconds(600)),
          "before commit of transaction " + (xid + 2) + ", time 2026-11-22 12:10:01+00",
          late.lsn());
      stops(
          archive,
          RecoveryTarget.name("before release"),
          "at restore point \"before release\", time 2026-11-22 12:00:00+00",
          point.endLsn());
      stops(
          archive,
          RecoveryTarget.beforeLsn(dropped.lsn()),
          "before WAL location (LSN) \"" + dropped.lsn() + "\"",
          dropped.lsn());
      stops(
          archive,
          RecoveryTarget.lsn(dropped.lsn().plus(-7)),
          "after WAL location (LSN) \"" + dropped.lsn() + "\"",
          dropped.endLsn());
      stops(archive, RecoveryTarget.immediate(), "after reaching consistency", backup.endLsn());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void serversFollowItsTimelines(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    GeneratedWal wal = wal(major);
    try (ArchiveStore archive = archive(wal)) {
      wal.backup(NOON).into(archive);
      GeneratedRecord last = new RandomWal(wal, new Random(major), NOON).add(30).records().get(9);
      wal.commit(5000, NOON);
      wal.switchSegment();
      GeneratedWal second = wal.fork().after(last).promoted(NOON);
      new RandomWal(second, new Random(-major), NOON).add(30);
      // a server reads what was prepared from the file of the timeline that it replays
      second.switchSegment();
      GeneratedWal third = second.fork().recovered(NOON);
      GeneratedRecord wanted = third.commit(9001, NOON);
      third.commit(9002, NOON);
      third.switchSegment();
      for (GeneratedWal timeline : List.of(wal, second, third)) {
        timeline.archiveInto(archive);
      }
      stops(
          archive,
          RecoveryTarget.transaction(9001),
          "after commit of transaction 9001, time 2026-11-22 12:00:00+00",
          wanted.endLsn());
    }
  }

  /** Of timeline 2 WAL is archived and not its history. */
  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void aServerTakesNoNumberOfWhichThereIsWal(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    GeneratedWal wal = wal(major);
    try (ArchiveStore archive = archive(wal)) {
      wal.backup(NOON).into(archive);
      wal.switchSegment();
      wal.archiveInto(archive);
      WalSegment other = new WalSegment(new TimelineId(2), 9, WalSegmentSize.ofMegabytes(1));
      archive.push(other.fileName(), NoiseSegment.of(wal.cluster(), other));
      assertLogs(restore(archive, RecoveryTarget.latest()), major, "selected new timeline ID: 3");
    }
  }

  private void assertLogs(Path data, int major, String line) throws Exception {
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), data)
            .setting("log_timezone", "UTC")
            .existing()) {
      server.launch();
      server.awaitLog(Pattern.compile(Pattern.quote(line)), LIMIT);
    }
  }

  /** Timeline 2 left before the backup. */
  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void aStandbyStartsBesideABranchItDoesNotLeadTo(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    GeneratedWal wal = wal(major);
    GeneratedRecord last = wal.commit(730, NOON);
    try (ArchiveStore archive = archive(wal)) {
      wal.backup(NOON).into(archive);
      wal.archiveInto(archive);
      GeneratedWal second = wal.fork().after(last).promoted(NOON);
      archive.push(second.history().fileName(), ObjectSource.of(second.history().content()));
      Path data = folder.resolve("standby");
      Restore.of(RecoveryPlanner.of(archive).plan(RecoveryTarget.latest()))
          .from(archive)
          .into(data)
          .standby("host=127.0.0.1 port=1")
          .run();
      assertLogs(data, major, "consistent recovery state reached at");
    }
  }

  @Test
  void postgresqlsOwnProgramsAcceptTheBackup() throws Exception {
    assumeTrue(Files.isExecutable(DEBIAN.resolve("pg_verifybackup")), "no pg_verifybackup 15");
    GeneratedWal wal = wal(15);
    try (ArchiveStore archive = archive(wal)) {
      BaseBackup backup =
          wal.startBackup(NOON)
              .with("base/5/16384", new byte[8192])
              .end(NOON.plusSeconds(2))
              .into(archive);
      wal.archiveInto(archive);
      Path data = restore(archive, RecoveryTarget.immediate());
      Path manifest = folder.resolve("backup_manifest");
      try (InputStream in = archive.open(backup, backup.manifest());
          OutputStream out = Files.newOutputStream(manifest)) {
        in.transferTo(out);
      }
      // what Walden writes for recovery is not part of the backup
      String said =
          run(
              "pg_verifybackup",
              "-m",
              manifest.toString(),
              "-w",
              data + "/pg_wal",
              data.toString());
      assertTrue(said.contains("backup successfully verified"), said);
      said = run("pg_controldata", data.toString());
      assertTrue(
          said.matches("(?s).*Database system identifier: +4711\n.*")
              && said.matches(
                  "(?s).*Latest checkpoint location: +" + backup.checkpointLsn() + "\n.*")
              && said.matches(
                  "(?s).*Latest checkpoint's REDO location: +" + backup.startLsn() + "\n.*")
              && said.matches("(?s).*Latest checkpoint's NextXID: +0:3\n.*")
              && said.matches("(?s).*wal_level setting: +replica\n.*")
              && said.matches("(?s).*Bytes per WAL segment: +1048576\n.*")
              && !said.contains("WARNING"),
          said);
    }
  }

  private static String run(String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(DEBIAN.resolve(program).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      String said = new String(process.getInputStream().readAllBytes());
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), said);
      assertEquals(0, process.exitValue(), said);
      return said;
    } finally {
      process.destroyForcibly();
    }
  }
}
