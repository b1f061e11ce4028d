package dev.walden.recovery.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.backup.BackupId;
import dev.walden.backup.WalRange;
import dev.walden.json.JsonObject;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoverableRange;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveryPlannerTest {
  private static final int SEGMENT = PlanWorld.SEGMENT;
  private static final RecoveryTargetTimeline FIRST = RecoveryTargetTimeline.of(TimelineId.FIRST);

  private static RecoveryPlanner planner(PlanWorld world) {
    return RecoveryPlanner.of(world.contents());
  }

  private static RecoveryImpossibleException refusal(
      RecoveryPlanner planner, RecoveryTarget target) {
    return assertThrows(RecoveryImpossibleException.class, () -> planner.plan(target));
  }

  /** Timeline 2 left 1 in segment 5; both went on. Backups in segments 2 (on 1) and 7 (on 2). */
  private static PlanWorld forked() {
    return new PlanWorld()
        .timeline(1, 5 * SEGMENT + 100)
        .segments(1, 2, 9)
        .segments(2, 5, 11)
        .backup(2 * SEGMENT + 40, 1, 3 * SEGMENT, 1, 100)
        .backup(7 * SEGMENT + 40, 2, 8 * SEGMENT, 2, 900);
  }

  private static List<String> files(RecoveryPlan plan) {
    return plan.wal().stream().map(wal -> wal.first() + ".." + wal.last()).toList();
  }

  @Test
  void theFirstSegmentOfATimelineHoldsTheEndOfTheOneItLeft() throws Exception {
    RecoveryPlan plan = planner(forked()).plan(RecoveryTarget.parse("lsn:0/700000"));
    assertEquals(
        List.of(
            "000000010000000000000002..000000010000000000000004",
            "000000020000000000000005..000000020000000000000008"),
        files(plan));
    assertEquals(List.of(new WalFileName.History(new TimelineId(2))), plan.historyFiles());
  }

  @Test
  void withoutTheFirstSegmentOfTheTimelineTheServerWouldTakeTheWrongOne() {
    PlanWorld world =
        new PlanWorld()
            .timeline(1, 5 * SEGMENT + 100)
            .segments(1, 2, 9)
            .backup(2 * SEGMENT + 40, 1, 3 * SEGMENT, 1, 100);
    RecoveryImpossibleException e = refusal(planner(world), RecoveryTarget.latest());
    assertEquals(Reason.FORK_WAL_MISSING, e.reason());
    assertTrue(
        e.getMessage().contains("000000020000000000000005 is not in the archive"), e::getMessage);
    assertTrue(e.getMessage().contains("Name timeline 1"), e::getMessage);
    assertTrue(
        e.getMessage().contains("along timeline 1 from 0/300000")
            && e.getMessage().contains("to before 0/A00000"),
        e::getMessage);
  }

  @Test
  void theOtherBranchIsReachedByItsNumber() throws Exception {
    RecoveryPlan plan = planner(forked()).targetTimeline(FIRST).plan(RecoveryTarget.latest());
    assertEquals(List.of("000000010000000000000002..000000010000000000000009"), files(plan));
    assertEquals(TimelineId.FIRST, plan.timeline());
    assertTrue(
        plan.warnings().stream().anyMatch(w -> w.text().contains("timeline 2 up to 0/C00000")),
        () -> plan.warnings().toString());
    assertTrue(
        planner(forked()).plan(RecoveryTarget.latest()).warnings().stream()
            .anyMatch(
                w -> w.text().contains("left at 0/500064") && w.text().contains("up to 0/A00000")));
  }

  @Test
  void currentIsTheTimelineOfTheBackup() throws Exception {
    RecoveryPlanner current = planner(forked()).targetTimeline(RecoveryTargetTimeline.current());
    assertEquals(2, current.plan(RecoveryTarget.latest()).timeline().value());
    BackupId first = forked().backups.get(0).id();
    assertEquals(1, current.backup(first).plan(RecoveryTarget.latest()).timeline().value());
    assertEquals(
        1, current.plan(RecoveryTarget.time(PlanWorld.EPOCH.plusSeconds(500))).timeline().value());
  }

  @Test
  void aRecordedGapIsNamedWithItsReason() throws Exception {
    PlanWorld world =
        new PlanWorld()
            .segments(1, 2, 4)
            .segments(1, 7, 9)
            .backup(2 * SEGMENT + 40, 1, 3 * SEGMENT, 1, 100);
    world.gaps.add(
        new RecordedGap(
            new WalRange(TimelineId.FIRST, new Lsn(5L * SEGMENT), new Lsn(7L * SEGMENT)),
            PlanWorld.EPOCH,
            "the slot was lost"));
    String noted = " (the slot was lost, recorded 2026-11-22T00:00:00Z)";
    assertTrue(
        refusal(planner(world), RecoveryTarget.latest())
            .getMessage()
            .contains("the WAL from 0/500000 to 0/700000 is missing" + noted));
    world.segments(1, 5, 6);
    assertEquals(
        List.of("000000010000000000000002..000000010000000000000009"),
        files(planner(world).plan(RecoveryTarget.latest())));
  }

  @Test
  void aGapIsNamedWithWhatIsPossibleInstead() throws Exception {
    PlanWorld world =
        new PlanWorld()
            .segments(1, 2, 4)
            .segments(1, 7, 9)
            .backup(2 * SEGMENT + 40, 1, 3 * SEGMENT, 1, 100)
            .backup(7 * SEGMENT + 40, 1, 8 * SEGMENT, 1, 900);
    BackupId first = world.backups.get(0).id();
    RecoveryImpossibleException e = refusal(planner(world).backup(first), RecoveryTarget.latest());
    assertEquals(Reason.WAL_MISSING, e.reason());
    assertTrue(
        e.getMessage().contains("the WAL from 0/500000 to 0/700000 is missing"), e::getMessage);
    assertTrue(
        e.getMessage().contains("from 0/300000") && e.getMessage().contains("before 0/500000"));
    assertTrue(
        e.getMessage().contains("from 0/800000") && e.getMessage().contains("before 0/A00000"));

    RecoveryPlan unplaced = planner(world).plan(RecoveryTarget.name("x"));
    assertEquals(first, unplaced.backup().id());
    assertTrue(unplaced.gapAhead());
    assertTrue(
        unplaced.warnings().get(1).text().contains(world.backups.get(1).id().text()),
        () -> unplaced.warnings().toString());
    assertTrue(
        unplaced
            .explain()
            .contains("only the WAL itself can tell where it holds the restore point \"x\""),
        unplaced::explain);
    assertFalse(planner(world).plan(RecoveryTarget.latest()).gapAhead());
  }

  @Test
  void targetsOutsideTheArchiveAreRefused() {
    RecoveryImpossibleException before =
        refusal(planner(forked()), RecoveryTarget.parse("lsn:0/2FFFFF"));
    assertEquals(Reason.TARGET_BEFORE_BACKUP, before.reason());
    assertTrue(before.getMessage().contains("ended at 0/300000"), before::getMessage);
    assertEquals(
        Reason.TARGET_BEFORE_BACKUP,
        refusal(planner(forked()), RecoveryTarget.time(PlanWorld.EPOCH)).reason());
    RecoveryImpossibleException beyond =
        refusal(planner(forked()), RecoveryTarget.parse("lsn:0/C00000"));
    assertEquals(Reason.TARGET_BEYOND_WAL, beyond.reason());
    assertTrue(beyond.getMessage().contains("ends at 0/C00000"), beyond::getMessage);
  }

  @Test
  void backupsAndTimelinesThatAreNotThereAreRefused() {
    BackupId unknown = new BackupId("20261122T000000Z-ffffffffffff");
    assertEquals(
        Reason.UNKNOWN_BACKUP,
        refusal(planner(forked()).backup(unknown), RecoveryTarget.latest()).reason());
    assertEquals(
        Reason.MISSING_HISTORY,
        refusal(
                planner(forked()).targetTimeline(RecoveryTargetTimeline.of(new TimelineId(3))),
                RecoveryTarget.latest())
            .reason());
    assertEquals(
        Reason.BACKUP_OFF_TIMELINE,
        refusal(
                planner(forked()).backup(forked().backups.get(1).id()).targetTimeline(FIRST),
                RecoveryTarget.latest())
            .reason());
    RecoveryImpossibleException none = refusal(planner(new PlanWorld()), RecoveryTarget.latest());
    assertEquals(Reason.NO_BACKUP, none.reason());
    assertTrue(none.getMessage().contains("holds no complete base backup"), none::getMessage);
  }

  @Test
  void historiesThatContradictEachOtherAreRefused() throws Exception {
    PlanWorld world =
        new PlanWorld().segments(1, 2, 9).backup(2 * SEGMENT + 40, 1, 3 * SEGMENT, 1, 100);
    ArchiveContents contents = world.contents();
    WalInventory wal =
        new WalInventory.Builder(PlanWorld.CLUSTER)
            .segment(new WalSegment(TimelineId.FIRST, 2, PlanWorld.SIZE), 1)
            .history(history(2, "1\t0/500000\tx\n"))
            .history(history(3, "1\t0/600000\tx\n2\t0/700000\tx\n"))
            .build();
    RecoveryPlanner planner =
        RecoveryPlanner.of(new ArchiveContents(PlanWorld.CLUSTER, wal, contents.backups()));
    assertEquals(Reason.CONTRADICTORY_HISTORY, refusal(planner, RecoveryTarget.latest()).reason());
  }

  private static TimelineHistory history(int timeline, String text) throws Exception {
    return TimelineHistory.parse(new TimelineId(timeline), text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void immediateNeedsNoWalBehindTheBackup() throws Exception {
    PlanWorld world =
        new PlanWorld()
            .timeline(1, 5 * SEGMENT + 100)
            .segments(1, 2, 2)
            .backup(2 * SEGMENT + 40, 1, 3 * SEGMENT, 1, 100);
    RecoveryPlan plan = planner(world).plan(RecoveryTarget.immediate());
    assertEquals(TimelineId.FIRST, plan.timeline());
    assertEquals(new Lsn(3L * SEGMENT), plan.walEnd());
    assertEquals(1, plan.segmentCount());
  }

  @Test
  void theUnfinishedNextSegmentIsMentioned() throws Exception {
    PlanWorld world =
        new PlanWorld().segments(1, 2, 4).backup(2 * SEGMENT + 40, 1, 3 * SEGMENT, 1, 100);
    WalInventory.Builder wal = new WalInventory.Builder(PlanWorld.CLUSTER);
    for (int number = 2; number <= 4; number++) {
      wal.segment(new WalSegment(TimelineId.FIRST, number, PlanWorld.SIZE), 1);
    }
    wal.partial((WalFileName.Partial) WalFileName.parse("000000010000000000000005.partial"));
    RecoveryPlan plan =
        RecoveryPlanner.of(
                new ArchiveContents(PlanWorld.CLUSTER, wal.build(), world.contents().backups()))
            .plan(RecoveryTarget.latest());
    assertTrue(plan.warnings().get(0).text().contains("000000010000000000000005.partial"));
  }

  @Test
  void whatIsRecoverableIsListedByTimeline() throws Exception {
    assertEquals(
        List.of(
            "along timeline 1 from 0/300000 (the end of backup 20261122T000000Z-000000000000,"
                + " 2026-11-22T00:01:40Z) to before 0/A00000",
            "along timeline 2 from 0/300000 (the end of backup 20261122T000000Z-000000000000,"
                + " 2026-11-22T00:01:40Z) to before 0/C00000"),
        planner(forked()).recoverable().stream().map(RecoverableRange::toString).toList());
  }

  @Test
  void aPlanCanBeReadByPrograms() throws Exception {
    RecoveryPlan plan = planner(forked()).plan(RecoveryTarget.beforeTransaction(727));
    JsonObject json = JsonObject.parse("plan", plan.toJson().toBytes());
    assertEquals("recovery_target_xid", json.text("targetSetting"));
    assertEquals("727", json.text("targetValue"));
    assertFalse(json.truth("inclusive"));
    assertEquals(2, json.number("timeline"));
    assertEquals("0/300000", json.object("backup").text("endLsn"));
    assertEquals(10, json.number("segments"));
    assertEquals("000000020000000000000005", json.objects("wal").get(1).text("first"));
    assertEquals(plan.warnings().size(), json.objects("warnings").size());
  }
}
