package dev.walden.recovery.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.plan.RecoveryImpossibleException;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.plan.RecoveryStopPoint;
import dev.walden.recovery.restore.Restore;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.recovery.simulate.SimulatedRecovery;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.testing.wal.RandomWal;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transactions whose times repeat and step back, as no real server can be made to write them: plan,
 * simulation and a real server that replays them must agree on the record at which it stops.
 *
 * <p>{@value #CASES} says how many targets for each version, {@value #SEED} with which seed.
 */
@Timeout(value = 1800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClockAgreementIT {
  private static final String CASES = "walden.agreement.cases";
  private static final String SEED = "walden.agreement.seed";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path directory;
  private final List<GeneratedRecord> records = new ArrayList<>();
  private final List<Long> xids = new ArrayList<>();
  private int restored;
  private int refused;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void planSimulationAndServerAgree(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    long seed = Long.getLong(SEED, 1);
    Random random = new Random(seed * 100 + major);
    GeneratedWal wal =
        GeneratedWal.begin(
            new ClusterIdentity(
                new SystemIdentifier(4711),
                WalSegmentSize.ofMegabytes(1),
                PgVersion.ofMajor(major)),
            NOON);
    try (ArchiveStore archive =
        ArchiveStore.openOrCreate(
            new InMemoryStorage(), ArchiveSettings.defaults(), wal.cluster())) {
      for (int i = 0; i < 3; i++) {
        wal.backup(NOON.plusSeconds(20L * i)).into(archive);
        RandomWal some = new RandomWal(wal, random, NOON.plusSeconds(20L * i)).add(60);
        records.addAll(some.records());
        xids.addAll(some.ended().keySet());
      }
      wal.switchSegment();
      wal.archiveInto(archive);
      int cases = Integer.getInteger(CASES, 4);
      for (int i = 0; i < cases; i++) {
        RecoveryTarget target = target(random);
        judge(archive, target, "version " + major + ", seed " + seed + ", case " + i);
      }
    }
    System.out.printf(
        "version %d, seed %d: %d recovered, %d refused%n", major, seed, restored, refused);
  }

  private RecoveryTarget target(Random random) {
    boolean inclusive = random.nextBoolean();
    switch (random.nextInt(5)) {
      case 0:
        long xid = xids.get(random.nextInt(xids.size()));
        return new RecoveryTarget.Transaction(xid, inclusive);
      case 1:
        GeneratedRecord record = records.get(random.nextInt(records.size()));
        return new RecoveryTarget.Position(record.lsn().plus(random.nextInt(3) - 1), inclusive);
      default:
        return new RecoveryTarget.Time(NOON.plusMillis(random.nextInt(100_000)), inclusive);
    }
  }

  private void judge(ArchiveStore archive, RecoveryTarget target, String which) throws Exception {
    RecoveryPlan plan;
    try {
      plan = RecoveryPlanner.of(archive).action(RecoveryTargetAction.SHUTDOWN).plan(target);
    } catch (RecoveryImpossibleException e) {
      refused++;
      return;
    }
    RecoveryStopPoint stop = plan.stop().orElseThrow();
    SimulatedRecovery simulated = RecoverySimulator.of(archive).simulate(plan);
    assertEquals(stop.lsn(), simulated.stopLsn(), which + "\n" + plan.explain() + simulated);
    Path data = directory.resolve("data" + ++restored);
    Restore.of(plan).from(archive).into(data).run();
    server(archive, data, stop, which + "\n" + plan.explain());
  }

  private static void server(ArchiveStore archive, Path data, RecoveryStopPoint stop, String which)
      throws IOException, InterruptedException {
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(archive.cluster().version().major()), data)
            .setting("max_prepared_transactions", "10")
            .setting("log_timezone", "UTC")
            .setting("timezone", "UTC")
            .existing()) {
      server.launch();
      server.awaitExit(LIMIT);
      assertTrue(server.log().contains(stop.logged().orElseThrow()), which + server.log());
      ControlFile control = ControlFile.read(data);
      assertEquals(ControlFile.State.SHUT_DOWN_IN_RECOVERY, control.state(), which + server.log());
      // a restartpoint at shutdown may leave it at an earlier record
      assertFalse(control.minRecoveryPoint().isAfter(stop.lsn()), which + server.log());
    }
  }
}
