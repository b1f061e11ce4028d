package dev.walden.recovery.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.plan.PlanWarning;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.PreloadedWal;
import dev.walden.recovery.restore.RestoreCommand;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a server where a file is missing depends on who brings the files; the simulation
 * says of each what they do.
 */
class WalDeliveryTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;
  private final GeneratedWal wal =
      GeneratedWal.begin(
          new ClusterIdentity(
              new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17),
          NOON);
  private final InMemoryStorage storage = new InMemoryStorage();
  private ArchiveStore archive;

  @BeforeEach
  void open() throws IOException {
    archive = ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), wal.cluster());
    wal.backup(NOON).into(archive);
    wal.commit(731, NOON);
    wal.switchSegment();
    wal.commit(732, NOON);
    wal.switchSegment();
    wal.archiveInto(archive);
  }

  private void lose(WalFileName name) throws IOException {
    for (StoredObject object : storage.list("", "", 1000)) {
      if (object.name().contains("/" + name)) {
        storage.delete(object.name());
      }
    }
  }

  private SimulatedRecovery simulate(RecoveryPlan plan, WalDelivery delivery) throws IOException {
    return RecoverySimulator.of(archive).delivery(delivery).simulate(plan);
  }

  private static Optional<TimelineId> timeline(long number) {
    return Optional.of(new TimelineId(number));
  }

  /** The last file that the simulated server asks for is the one that ends it. */
  private void assertRestoreCommandEnds(SimulatedRecovery simulated, WalFileName name) {
    assertEquals(Outcome.FAILED, simulated.outcome());
    assertEquals(
        "FATAL:  could not restore file \""
            + name
            + "\" from archive: child process exited with exit code 255",
        simulated.log().get(simulated.log().size() - 1));
    var asked = simulated.requests().inOrder();
    assertEquals(name, asked.get(asked.size() - 1));
    for (WalFileName each : asked) {
      var answer = RestoreCommand.run(archive, each.toString(), folder.resolve("RECOVERYXLOG"));
      assertEquals(
          each.equals(name), answer.outcome() == RestoreCommand.Outcome.FAILED, answer.message());
    }
  }

  /** Of timeline 2 there is WAL, so its number is taken; timeline 3 is whole. */
  @Test
  void aHistoryThatIsMissing() throws Exception {
    GeneratedWal second = wal.fork().promoted(NOON);
    second.switchSegment();
    second.archiveInto(archive);
    GeneratedWal third = wal.fork().timeline(new TimelineId(3)).promoted(NOON);
    third.switchSegment();
    third.archiveInto(archive);
    lose(second.history().fileName());
    RecoveryPlan plan =
        RecoveryPlanner.of(archive)
            .targetTimeline(RecoveryTargetTimeline.of(TimelineId.FIRST))
            .plan(RecoveryTarget.transaction(731));

    assertEquals(timeline(4), simulate(plan, WalDelivery.PG_WAL).newTimeline());
    Path data = folder.resolve("data");
    Files.createDirectories(data.resolve("pg_wal/archive_status"));
    PreloadedWal.put(archive, plan, data);
    try (Stream<Path> files = Files.list(data.resolve("pg_wal"))) {
      assertEquals(2, files.filter(file -> file.toString().endsWith(".history")).count());
    }

    assertRestoreCommandEnds(
        simulate(plan, WalDelivery.RESTORE_COMMAND), second.history().fileName());
    assertTrue(
        plan.warnings().stream()
            .anyMatch(warning -> warning.kind() == PlanWarning.Kind.TAKEN_TIMELINE),
        plan.explain());

    assertEquals(timeline(2), simulate(plan, WalDelivery.COPY).newTimeline());
  }

  /** A server asks for every history from its backup's timeline to its target's. */
  @Test
  void aHistoryThatIsMissingOnTheWay() throws Exception {
    GeneratedWal second = wal.fork().promoted(NOON);
    second.switchSegment();
    second.archiveInto(archive);
    GeneratedWal third = wal.fork().timeline(new TimelineId(3)).promoted(NOON);
    third.switchSegment();
    third.archiveInto(archive);
    lose(second.history().fileName());
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
    assertEquals(new TimelineId(3), plan.timeline());
    assertEquals(timeline(4), simulate(plan, WalDelivery.PG_WAL).newTimeline());
    assertEquals(timeline(4), simulate(plan, WalDelivery.COPY).newTimeline());
    assertRestoreCommandEnds(
        simulate(plan, WalDelivery.RESTORE_COMMAND), second.history().fileName());
    assertTrue(
        plan.warnings().stream()
            .anyMatch(warning -> warning.kind() == PlanWarning.Kind.MISSING_HISTORY),
        plan.explain());
  }

  @Test
  void aSegmentThatIsMissing() throws Exception {
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
    WalFileName lost = plan.segments().toList().get(1).fileName();
    lose(lost);
    assertRestoreCommandEnds(simulate(plan, WalDelivery.RESTORE_COMMAND), lost);
    assertEquals(Outcome.PROMOTED, simulate(plan, WalDelivery.COPY).outcome());
    assertEquals(Outcome.PROMOTED, simulate(plan, WalDelivery.PG_WAL).outcome());
  }
}
