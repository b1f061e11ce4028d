package dev.walden.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.plan.RecoveryImpossibleException;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.recovery.simulate.SimulatedRecovery;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a program of yours that recovers databases can test without a server. */
class PlannedRecoveryTest {
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(7), WalSegmentSize.ofMegabytes(16), PgVersion.PG_17);
  private static final Instant NIGHT = Instant.parse("2026-11-22T02:00:00Z");
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  private final GeneratedWal wal = GeneratedWal.begin(CLUSTER, NIGHT.minus(Duration.ofDays(1)));
  private ArchiveStore archive;

  @BeforeEach
  void createArchive() throws IOException {
    archive = ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), CLUSTER);
  }

  @AfterEach
  void closeArchive() throws IOException {
    archive.close();
  }

  @Test
  void aBadReleaseIsUndoneFromTheNightsBackup() throws Exception {
    BaseBackup night = wal.backup(NIGHT).into(archive);
    wal.commit(741, NOON);
    wal.restorePoint("before release", NOON.plusSeconds(1));
    wal.commit(742, NOON.plusSeconds(2));
    wal.switchSegment();
    wal.backup(NOON.plusSeconds(3600)).into(archive);
    wal.archiveInto(archive);

    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.time(NOON.plusSeconds(1)));

    assertEquals(night, plan.backup());
    assertEquals(TimelineId.FIRST, plan.timeline());
    SimulatedRecovery recovery = RecoverySimulator.of(archive).simulate(plan);
    assertEquals(SimulatedRecovery.Outcome.PROMOTED, recovery.outcome());
    assertEquals(741, recovery.lastTransaction().orElseThrow().xid());
    assertEquals(plan.stop().orElseThrow().lsn(), recovery.stopLsn());
  }

  @Test
  void aLostSegmentIsNoticedBeforeTheDatabaseIsNeeded() throws Exception {
    wal.backup(NIGHT).into(archive);
    wal.commit(741, NOON);
    wal.filler(40 << 20);
    GeneratedRecord last = wal.commit(742, NOON.plusSeconds(2));
    wal.switchSegment();
    wal.archiveInto(archive, segment -> segment.number() != 4);

    RecoveryImpossibleException refusal =
        assertThrows(
            RecoveryImpossibleException.class,
            () -> RecoveryPlanner.of(archive).plan(RecoveryTarget.lsn(last.lsn())));

    assertEquals(RecoveryImpossibleException.Reason.WAL_MISSING, refusal.reason());
    assertTrue(refusal.getMessage().contains("from 0/4000000 to 0/5000000"), refusal::getMessage);
  }

  @Test
  void afterAWrongRecoveryTheFirstTimelineIsStillThere() throws Exception {
    wal.backup(NIGHT).into(archive);
    GeneratedRecord tooEarly = wal.commit(741, NOON);
    wal.commit(742, NOON.plusSeconds(2));
    wal.switchSegment();
    wal.archiveInto(archive);
    GeneratedWal second = wal.fork().after(tooEarly).recovered(NOON.plusSeconds(3600));
    second.commit(742, NOON.plusSeconds(3700));
    second.switchSegment();
    second.archiveInto(archive);

    RecoveryPlanner planner = RecoveryPlanner.of(archive);

    RecoveryPlan latest = planner.plan(RecoveryTarget.latest());
    assertEquals(second.timeline(), latest.timeline());
    assertEquals(second.end(), latest.walEnd());
    RecoveryPlan first =
        planner
            .targetTimeline(RecoveryTargetTimeline.of(wal.timeline()))
            .plan(RecoveryTarget.transaction(742));
    assertEquals(wal.timeline(), first.timeline());
  }
}
