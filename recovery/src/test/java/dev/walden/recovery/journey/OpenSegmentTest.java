package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.TailWriter;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.WalGap;
import dev.walden.recovery.plan.RecoveryImpossibleException;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.points.RecoverablePoints;
import dev.walden.recovery.restore.RestoreCommand;
import dev.walden.recovery.restore.RestoreCommand.Answer;
import dev.walden.recovery.restore.RestoreCommand.Outcome;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans and restore_command where the last segment is archived in pieces. */
class OpenSegmentTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant LATER = NOON.plusSeconds(60);

  @TempDir Path folder;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final GeneratedWal wal =
      GeneratedWal.begin(
          new ClusterIdentity(
              new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17),
          NOON);
  private ArchiveStore archive;

  @BeforeEach
  void open() throws IOException {
    archive = ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), wal.cluster());
    wal.backup(NOON).into(archive);
    wal.commit(731, LATER);
  }

  /** Archives complete segments whole, and the open one in two pieces. */
  private void archive(GeneratedWal written) throws IOException {
    written.archiveInto(archive);
    written.openSegment().ifPresent(segment -> pieces(written, segment, written.end()));
  }

  private void pieces(GeneratedWal written, WalSegment segment, Lsn end) {
    try (InputStream in = written.open(segment).orElseThrow()) {
      byte[] bytes = in.readNBytes((int) end.minus(segment.start()));
      TailWriter writer = archive.tail(segment);
      writer.put(0, Arrays.copyOf(bytes, 60));
      writer.put(60, Arrays.copyOfRange(bytes, 60, bytes.length));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private RecoveryPlanner planner() {
    return RecoveryPlanner.of(archive);
  }

  private Answer ask(WalSegment segment) {
    return RestoreCommand.run(archive, segment.toString(), folder.resolve("RECOVERYXLOG"));
  }

  private void assertFailed(WalSegment segment, String why) {
    Answer answer = ask(segment);
    assertEquals(Outcome.FAILED, answer.outcome(), answer.message());
    assertTrue(answer.message().contains(why), answer.message());
  }

  @Test
  void theLatestStateIsTheEndOfThePieces() throws IOException {
    wal.commit(732, LATER);
    archive(wal);
    RecoveryPlan plan = planner().plan(RecoveryTarget.latest());
    assertEquals(wal.end(), plan.stop().orElseThrow().lsn());
    assertEquals(732, plan.stop().orElseThrow().last().orElseThrow().xid());
    assertEquals(wal.end(), plan.walEnd());
    assertFalse(plan.gapAhead());
    assertEquals(
        plan.stop().orElseThrow().lsn(), RecoverySimulator.of(archive).simulate(plan).stopLsn());
    WalSegment open = wal.openSegment().orElseThrow();
    Answer answer = ask(open);
    assertEquals(Outcome.DELIVERED, answer.outcome(), answer.message());
    assertEquals(open.size().bytes(), Files.size(folder.resolve("RECOVERYXLOG")));
    assertEquals(Outcome.ABSENT, ask(open.next()).outcome());
  }

  @Test
  void targetsInThePiecesAreFoundAndOthersRefused() throws IOException {
    GeneratedRecord second = wal.commit(732, LATER);
    wal.commit(733, LATER);
    archive(wal);
    RecoveryPlan plan = planner().plan(RecoveryTarget.beforeTransaction(732));
    assertEquals(Optional.of(second.lsn()), plan.stop().orElseThrow().record());
    RecoveryTarget inside = RecoveryTarget.parse("lsn:" + second.lsn());
    assertEquals(Optional.of(second.lsn()), planner().plan(inside).stop().orElseThrow().record());
    planner().byInventory().plan(inside);
    // within the same segment, but not archived
    RecoveryTarget beyond = RecoveryTarget.parse("lsn:" + wal.end().plus(100));
    for (RecoveryPlanner planner : new RecoveryPlanner[] {planner(), planner().byInventory()}) {
      RecoveryImpossibleException e =
          assertThrows(RecoveryImpossibleException.class, () -> planner.plan(beyond));
      assertEquals(Reason.TARGET_BEYOND_WAL, e.reason(), e.getMessage());
    }
    assertEquals(wal.end(), planner().recoverable().get(0).end());
  }

  @Test
  void aDamagedPieceIsNoEnd() throws IOException {
    archive(wal);
    String piece =
        storage.list("", "", 1000).stream()
            .map(StoredObject::name)
            .filter(name -> name.contains(".00000000-"))
            .findFirst()
            .orElseThrow();
    storage.delete(piece);
    assertFailed(wal.openSegment().orElseThrow(), "no piece holds");
    assertThrows(IOException.class, () -> planner().plan(RecoveryTarget.latest()));
    WalGap gap = RecoverablePoints.of(archive).coverage().get(0).gaps().get(0);
    assertEquals(WalGap.Kind.DAMAGED, gap.kind());
    assertEquals(
        new WalRange(TimelineId.FIRST, wal.openSegment().orElseThrow().start(), wal.end()),
        gap.range());
  }

  @Test
  void aBeginningBeforeALaterSegmentIsAGap() throws IOException {
    WalSegment beginning = wal.openSegment().orElseThrow();
    Lsn end = wal.end();
    wal.filler(3 << 20);
    wal.archiveInto(archive, segment -> !segment.equals(beginning));
    pieces(wal, beginning, end);
    RecoveryImpossibleException e =
        assertThrows(
            RecoveryImpossibleException.class, () -> planner().plan(RecoveryTarget.latest()));
    assertEquals(Reason.WAL_MISSING, e.reason(), e.getMessage());
    assertFailed(beginning, "the later " + beginning.next());
  }

  @Test
  void aTimelineThatIsLeftInsideTheSegmentEndsThere() throws IOException {
    GeneratedRecord last = wal.commit(732, LATER);
    GeneratedWal second = wal.fork().after(last).promoted(LATER);
    wal.commit(733, LATER);
    archive(wal);
    second.commit(734, LATER);
    archive(second);
    RecoveryPlan latest = planner().plan(RecoveryTarget.latest());
    assertEquals(2, latest.timeline().value());
    assertEquals(second.end(), latest.stop().orElseThrow().lsn());
    assertEquals(734, latest.stop().orElseThrow().last().orElseThrow().xid());
    RecoveryPlan old =
        planner()
            .targetTimeline(RecoveryTargetTimeline.of(TimelineId.FIRST))
            .plan(RecoveryTarget.latest());
    assertEquals(733, old.stop().orElseThrow().last().orElseThrow().xid());
    assertEquals(Outcome.DELIVERED, ask(wal.openSegment().orElseThrow()).outcome());
    assertEquals(Outcome.DELIVERED, ask(second.openSegment().orElseThrow()).outcome());
  }

  @Test
  void theOldTimelinesPiecesAreNotTakenForTheNewOnes() throws IOException {
    GeneratedWal second = wal.fork().promoted(LATER);
    archive(wal);
    second.archiveInto(archive);
    assertFailed(second.openSegment().orElseThrow(), "and the server would open that");
    RecoveryImpossibleException e =
        assertThrows(
            RecoveryImpossibleException.class, () -> planner().plan(RecoveryTarget.latest()));
    assertEquals(Reason.FORK_WAL_MISSING, e.reason(), e.getMessage());
  }

  @Test
  void aBeginningIsNoEndWhereTheTimelineWentOn() throws IOException {
    WalSegment beginning = wal.openSegment().orElseThrow();
    Lsn end = wal.end();
    wal.filler(3 << 20);
    wal.commit(732, LATER);
    GeneratedWal second = wal.fork().promoted(LATER);
    second.commit(733, LATER);
    wal.archiveInto(archive, segment -> segment.number() < beginning.number());
    pieces(wal, beginning, end);
    archive(second);
    assertFailed(beginning, "says that the timeline continued");
    RecoveryImpossibleException e =
        assertThrows(
            RecoveryImpossibleException.class, () -> planner().plan(RecoveryTarget.latest()));
    assertEquals(Reason.WAL_MISSING, e.reason(), e.getMessage());
    RecoveryPlanner first = planner().targetTimeline(RecoveryTargetTimeline.of(TimelineId.FIRST));
    assertLatestRefused(
        first,
        beginning
            + " is only partly archived, but 00000002.history says that the timeline"
            + " continued");
    // what was acknowledged can be recovered, by name, from what a restore puts into pg_wal
    assertEquals(end, planner().recoverable().get(0).end());
    List<WalRange> gaps =
        RecoverablePoints.of(archive).coverage().stream()
            .flatMap(coverage -> coverage.gaps().stream())
            .map(WalGap::range)
            .toList();
    assertTrue(gaps.stream().allMatch(gap -> gap.start().isBefore(gap.end())), gaps::toString);
    RecoveryPlan plan = first.plan(RecoveryTarget.transaction(731));
    assertTrue(plan.gapAhead());
    assertTrue(
        plan.warnings().stream()
            .anyMatch(w -> w.text().contains("restore without a restore_command")),
        plan.warnings()::toString);
  }

  private static void assertLatestRefused(RecoveryPlanner planner, String why) {
    for (RecoveryPlanner each : new RecoveryPlanner[] {planner, planner.byInventory()}) {
      RecoveryImpossibleException e =
          assertThrows(RecoveryImpossibleException.class, () -> each.plan(RecoveryTarget.latest()));
      assertEquals(Reason.WAL_MISSING, e.reason(), e.getMessage());
      assertTrue(e.getMessage().contains(why), e.getMessage());
    }
  }

  /** The dead server had filled the next segment and never archived it. */
  @Test
  void aHoleThatOnlyAHistoryTellsOfIsNoEnd() throws IOException {
    wal.switchSegment();
    WalSegment missing =
        WalSegment.containing(TimelineId.FIRST, wal.end(), wal.cluster().segmentSize());
    wal.filler(2 << 20);
    GeneratedWal second = wal.fork().promoted(LATER);
    wal.archiveInto(archive, segment -> segment.number() < missing.number());
    archive.push(second.history().fileName(), ObjectSource.of(second.history().content()));
    String why =
        missing + " is not archived, but 00000002.history says that the timeline continued";
    assertFailed(missing, "says that the timeline continued");
    RecoveryPlanner first = planner().targetTimeline(RecoveryTargetTimeline.of(TimelineId.FIRST));
    for (RecoveryPlanner planner : new RecoveryPlanner[] {planner(), first}) {
      assertLatestRefused(planner, why);
      RecoveryTarget later = RecoveryTarget.time(LATER.plusSeconds(1));
      RecoveryImpossibleException e =
          assertThrows(RecoveryImpossibleException.class, () -> planner.plan(later));
      assertEquals(Reason.WAL_MISSING, e.reason(), e.getMessage());
      assertTrue(e.getMessage().contains(why), e.getMessage());
      assertTrue(planner.plan(RecoveryTarget.transaction(731)).gapAhead());
      assertTrue(planner.byInventory().plan(RecoveryTarget.transaction(731)).gapAhead());
    }
    WalGap gap = RecoverablePoints.of(archive).coverage().get(0).gaps().get(0);
    assertEquals(new WalRange(TimelineId.FIRST, missing.start(), missing.end()), gap.range());
  }
}
