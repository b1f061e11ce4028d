package dev.walden.recovery.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.backup.BaseBackup;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.plan.PlanWorld;
import dev.walden.recovery.plan.PlannedWal;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What fails before a record is replayed; the rest is judged by servers. */
class RecoverySimulatorTest {
  private static final long SEGMENT = PlanWorld.SEGMENT;

  private final PlanWorld world =
      new PlanWorld()
          .timeline(1, 5 * SEGMENT + 100)
          .segments(1, 2, 5)
          .segments(2, 5, 6)
          .backup(2 * SEGMENT + 40, 1, 3 * SEGMENT, 1, 0);

  private SimulatedRecovery simulate() throws IOException {
    ArchiveContents contents = world.contents();
    BaseBackup backup = contents.backups().get(0);
    TimelineHistory history =
        new PlanWorld()
            .timeline(1, 5 * SEGMENT + 100)
            .contents()
            .wal()
            .histories()
            .get(new TimelineId(2));
    PlannedWal wal =
        PlanWorld.planned(contents.wal(), contents.wal().ranges(TimelineId.FIRST).get(0));
    RecoveryPlan plan =
        new RecoveryPlan(
            contents.cluster(),
            RecoveryTarget.latest(),
            RecoveryTarget.latest(),
            RecoveryTargetTimeline.of(history.timeline()),
            history,
            backup,
            "the only one",
            List.of(wal),
            false,
            Optional.empty(),
            RecoveryTargetAction.PROMOTE,
            List.of());
    return RecoverySimulator.of(
            contents.wal(), segment -> Optional.of(InputStream.nullInputStream()))
        .simulate(plan);
  }

  private static List<String> names(List<WalFileName> names) {
    return names.stream().map(WalFileName::toString).toList();
  }

  @Test
  void aSegmentWithoutBytesHoldsNoCheckpoint() throws Exception {
    SimulatedRecovery simulated = simulate();
    assertEquals(Outcome.FAILED, simulated.outcome());
    assertEquals(List.of("FATAL:  could not locate required checkpoint record"), simulated.log());
    assertEquals(
        List.of("00000002.history", "00000002.history", "000000010000000000000002"),
        names(simulated.requests().inOrder()));
    assertTrue(simulated.walEnd().isPresent());
    assertTrue(simulated.newTimeline().isEmpty());
  }

  @Test
  void aTimelineWithoutHistoryDoesNotExist() throws Exception {
    world.missingHistories.add(2);
    SimulatedRecovery simulated = simulate();
    assertEquals(List.of("FATAL:  recovery target timeline 2 does not exist"), simulated.log());
    assertEquals(List.of("00000002.history"), names(simulated.requests().inOrder()));
  }
}
