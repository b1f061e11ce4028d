package dev.walden.recovery.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.plan.PlanWarning;
import dev.walden.recovery.plan.RecoveryImpossibleException;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.recovery.simulate.SimulatedRecovery;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * When a server looks again for a transaction that was prepared in the segment in which a timeline
 * begins, and cannot find it: plan, simulation and server agree.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PreparedTransactionsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;
  private GeneratedWal wal;
  private ArchiveStore archive;
  private int restored;

  private void begin(int major) throws IOException {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    wal =
        GeneratedWal.begin(
            new ClusterIdentity(
                new SystemIdentifier(4711),
                WalSegmentSize.ofMegabytes(1),
                PgVersion.ofMajor(major)),
            NOON);
    archive =
        ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), wal.cluster());
    wal.backup(NOON).into(archive);
    wal.prepare(731, "kept", NOON);
  }

  private void archived(GeneratedWal second) throws IOException {
    wal.archiveInto(archive);
    second.commit(740, NOON);
    second.switchSegment();
    second.archiveInto(archive);
  }

  private RecoveryPlan plan(RecoveryTarget target, RecoveryTargetAction action) throws IOException {
    return RecoveryPlanner.of(archive).action(action).plan(target);
  }

  private static List<String> warnings(RecoveryPlan plan) {
    return plan.warnings().stream()
        .filter(warning -> warning.kind() == PlanWarning.Kind.PREPARED_TRANSACTION)
        .map(PlanWarning::text)
        .toList();
  }

  /** Simulation and server end alike; the last line of the log is returned. */
  private String ends(RecoveryPlan plan, boolean hotStandby, Outcome outcome) throws Exception {
    SimulatedRecovery simulated =
        RecoverySimulator.of(archive).hotStandby(hotStandby).simulate(plan);
    assertEquals(outcome, simulated.outcome(), simulated.log()::toString);
    String last = simulated.log().get(simulated.log().size() - 1);
    Path data = folder.resolve("data" + ++restored);
    Restore.of(plan)
        .from(archive)
        .into(data)
        .setting("hot_standby", hotStandby ? "on" : "off")
        .setting("max_prepared_transactions", "5")
        .run();
    int major = wal.cluster().version().major();
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), data).existing()) {
      server.launch();
      server.awaitExit(LIMIT);
      assertTrue(server.log().contains(last), last + "\n" + server.log());
    }
    return last;
  }

  /** The server was restarted, and promoted later: a shutdown checkpoint of the old timeline. */
  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void aHotStandbyLooksAtEachShutdown(int major) throws Exception {
    begin(major);
    String shutdown = wal.shutdownCheckpoint(NOON).lsn().toString();
    wal.commitPrepared(731, NOON);
    archived(wal.fork().promoted(NOON));
    RecoveryPlan plan = plan(RecoveryTarget.transaction(740), RecoveryTargetAction.SHUTDOWN);
    String last = ends(plan, true, Outcome.FAILED);
    assertTrue(last.contains("has already been removed"), last);
    ends(plan, false, Outcome.SHUT_DOWN);
    assertEquals(1, warnings(plan).size(), plan.explain());
    assertTrue(warnings(plan).get(0).contains(shutdown), plan.explain());
  }

  /** A standby's promotion writes no shutdown checkpoint, so there is nothing to warn of. */
  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void nobodyLooksAtAPromotion(int major) throws Exception {
    begin(major);
    archived(wal.fork().promoted(NOON));
    RecoveryPlan plan = plan(RecoveryTarget.transaction(740), RecoveryTargetAction.SHUTDOWN);
    ends(plan, true, Outcome.SHUT_DOWN);
    assertEquals(List.of(), warnings(plan), plan.explain());
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void aShutdownAtTheTargetIsPossibleWhereAPromotionIsNot(int major) throws Exception {
    begin(major);
    wal.restorePoint("here", NOON);
    archived(wal.fork().recovered(NOON));
    RecoveryTarget here = RecoveryTarget.name("here");
    RecoveryImpossibleException e =
        assertThrows(
            RecoveryImpossibleException.class, () -> plan(here, RecoveryTargetAction.PROMOTE));
    assertEquals(Reason.PREPARED_TRANSACTION, e.reason(), e.getMessage());
    RecoveryPlan plan = plan(here, RecoveryTargetAction.SHUTDOWN);
    assertTrue(warnings(plan).get(0).startsWith("The server cannot be promoted"), plan.explain());
    String last = ends(plan, true, Outcome.SHUT_DOWN);
    assertTrue(last.contains("shutdown at recovery target"), last);
  }
}
