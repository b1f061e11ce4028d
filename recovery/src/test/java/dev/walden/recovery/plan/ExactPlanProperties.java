package dev.walden.recovery.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Time;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.recovery.simulate.SimulatedRecovery;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedBackup;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.testing.wal.RandomWal;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.index.WalEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * In random WAL, with clocks that step back, backups between the transactions and timelines that
 * leave one another: what a plan says is what the simulated server does, no newer backup would do,
 * and what is refused fails from every backup.
 */
class ExactPlanProperties {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final int TARGETS = 12;

  private final List<GeneratedRecord> records = new ArrayList<>();
  private final List<Long> xids = new ArrayList<>();
  private ArchiveStore archive;
  private Random random;

  @Tag("long")
  @Property(tries = 60)
  void plansAreWhatServersDo(@ForAll long seed) throws IOException {
    random = new Random(seed);
    records.clear();
    xids.clear();
    PgVersion version = PgVersion.ofMajor(14 + random.nextInt(5));
    ClusterIdentity cluster =
        new ClusterIdentity(new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), version);
    archive = ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), cluster);
    TimelineId last = grow(GeneratedWal.begin(cluster, NOON), 2 + random.nextInt(3));
    for (int i = 0; i < TARGETS; i++) {
      TimelineId timeline = new TimelineId(1 + random.nextInt((int) last.value()));
      check(target(), timeline, "seed " + seed);
    }
  }

  /** Adds backups and transactions, then perhaps leaves for the next timeline. */
  private TimelineId grow(GeneratedWal wal, int backups) throws IOException {
    Instant time = NOON.plusSeconds(60 * wal.timeline().value());
    for (int i = 0; i < backups; i++) {
      RandomWal all = new RandomWal(wal, random, time);
      all.add(random.nextInt(25));
      GeneratedBackup backup = wal.startBackup(time.plusSeconds(20));
      if (random.nextBoolean()) {
        all.add(random.nextInt(5));
      }
      backup.end(time.plusSeconds(random.nextInt(30))).into(archive);
      all.add(random.nextInt(25));
      records.addAll(all.records());
      xids.addAll(all.ended().keySet());
      time = time.plusSeconds(25);
    }
    GeneratedRecord fork = wal.lastRecord();
    if (random.nextBoolean()) {
      wal.switchSegment();
    }
    wal.archiveInto(archive);
    if (random.nextInt(3) == 0 || wal.timeline().value() > 3) {
      return wal.timeline();
    }
    GeneratedWal child = wal.fork().after(fork).promoted(time);
    return grow(child, random.nextInt(2));
  }

  private RecoveryTarget target() {
    boolean inclusive = random.nextBoolean();
    GeneratedRecord record = records.get(random.nextInt(records.size()));
    switch (random.nextInt(6)) {
      case 0:
        return random.nextBoolean() ? RecoveryTarget.latest() : RecoveryTarget.immediate();
      case 1:
        return RecoveryTarget.name("point " + random.nextInt(6));
      case 2:
        long xid = xids.isEmpty() ? 1000 : xids.get(random.nextInt(xids.size()));
        return new RecoveryTarget.Transaction(xid + random.nextInt(2), inclusive);
      case 3:
        return new RecoveryTarget.Position(
            random.nextBoolean() ? record.lsn() : record.endLsn().plus(random.nextInt(9)),
            inclusive);
      default:
        return new Time(NOON.plusMillis(60_000 + random.nextInt(200_000)), inclusive);
    }
  }

  private void check(RecoveryTarget target, TimelineId timeline, String world) throws IOException {
    RecoveryPlanner planner =
        RecoveryPlanner.of(archive).targetTimeline(RecoveryTargetTimeline.of(timeline));
    String what = world + ", timeline " + timeline + ", " + target;
    RecoveryPlan plan;
    try {
      plan = planner.plan(target);
    } catch (RecoveryImpossibleException e) {
      refused(planner, target, e, what);
      return;
    }
    SimulatedRecovery run = RecoverySimulator.of(archive).simulate(plan);
    RecoveryStopPoint stop = plan.stop().orElseThrow();
    if (run.log().toString().contains("has already been removed")) {
      assertTrue(plan.warnings().toString().contains("hot_standby"), what + plan.explain() + run);
      return;
    }
    assertEquals(
        run.prepared().keySet(),
        stop.prepared().stream()
            .filter(prepared -> !prepared.lsn().isBefore(plan.backup().startLsn()))
            .map(WalEvent.Prepared::xid)
            .collect(Collectors.toSet()),
        what + "\n" + plan.explain() + run);
    assertEquals(Outcome.PROMOTED, run.outcome(), what + "\n" + plan.explain() + run);
    assertEquals(stop.lsn(), run.stopLsn(), what + "\n" + plan.explain() + run);
    if (run.lastTransaction().isPresent()) {
      assertEquals(run.lastTransaction(), stop.last(), what + "\n" + plan.explain() + run);
    }
    for (RecoveryPlan other : fromEveryBackup(planner, plan.serverTarget())) {
      boolean newer = other.backup().endLsn().isAfter(plan.backup().endLsn());
      if (newer && !(target instanceof RecoveryTarget.Latest)) {
        SimulatedRecovery better = RecoverySimulator.of(archive).simulate(other);
        assertFalse(
            better.outcome() == Outcome.PROMOTED && better.stopLsn().equals(stop.lsn()),
            what + " would do from " + other.backup().id() + "\n" + plan.explain());
      }
    }
  }

  private void refused(
      RecoveryPlanner planner, RecoveryTarget target, RecoveryImpossibleException e, String what)
      throws IOException {
    if (e.reason() == Reason.AMBIGUOUS_TARGET) {
      return;
    }
    for (RecoveryPlan plan : fromEveryBackup(planner, target)) {
      // a server does not notice that transactions after the time are in the backup; and a clock
      // that stepped back may have told a later time before a newer backup: another place to stop
      boolean unnoticed =
          target instanceof Time time
              && (e.reason() == Reason.TARGET_BEYOND_WAL
                  || e.reason() == Reason.PREPARED_TRANSACTION
                  || plan.backup().startTime().isAfter(time.time()));
      if (!unnoticed) {
        SimulatedRecovery run = RecoverySimulator.of(archive).simulate(plan);
        assertEquals(Outcome.FAILED, run.outcome(), what + " from " + plan.backup() + e + run);
      }
    }
  }

  /** Plans that are not proven, one from each backup that leads to the timeline. */
  private List<RecoveryPlan> fromEveryBackup(RecoveryPlanner planner, RecoveryTarget target)
      throws IOException {
    List<RecoveryPlan> plans = new ArrayList<>();
    for (BaseBackup backup : archive.backups().usable()) {
      try {
        RecoveryPlan p = planner.byInventory().backup(backup.id()).plan(RecoveryTarget.latest());
        plans.add(
            new RecoveryPlan(
                p.cluster(),
                target,
                target,
                p.requestedTimeline(),
                p.history(),
                p.backup(),
                "to be tried",
                p.wal(),
                p.gapAhead(),
                Optional.empty(),
                p.action(),
                List.of()));
      } catch (RecoveryImpossibleException e) {
        assertNotEquals(Reason.UNKNOWN_BACKUP, e.reason());
      }
    }
    return plans;
  }
}
