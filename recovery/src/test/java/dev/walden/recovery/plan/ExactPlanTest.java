package dev.walden.recovery.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BaseBackup;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.plan.RecoveryImpossibleException.Reason;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.testing.wal.TransactionParts;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans that have looked into the WAL, of a cluster that never existed. */
class ExactPlanTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(
          new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17);

  private final GeneratedWal wal = GeneratedWal.begin(CLUSTER, NOON);
  private final InMemoryStorage storage = new InMemoryStorage();
  private ArchiveStore archive;

  @BeforeEach
  void open() throws IOException {
    archive = ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), wal.cluster());
  }

  private static Instant minute(int minute) {
    return NOON.plusSeconds(60L * minute);
  }

  private RecoveryPlan plan(RecoveryTarget target) throws IOException {
    wal.switchSegment();
    wal.archiveInto(archive);
    return RecoveryPlanner.of(archive).plan(target);
  }

  private RecoveryImpossibleException refused(RecoveryTarget target, Reason reason) {
    RecoveryImpossibleException e =
        assertThrows(RecoveryImpossibleException.class, () -> plan(target));
    assertEquals(reason, e.reason(), e.getMessage());
    return e;
  }

  private BaseBackup backup(int minute) throws IOException {
    return wal.backup(minute(minute)).into(archive);
  }

  private static long xid(Optional<EndedTransaction> transaction) {
    return transaction.orElseThrow().xid();
  }

  @Test
  void aTimeStopsBeforeTheFirstLaterTransaction() throws IOException {
    backup(0);
    wal.commit(731, minute(1));
    BaseBackup newest = backup(2);
    GeneratedRecord kept = wal.commit(732, minute(3));
    wal.filler(3 << 20);
    GeneratedRecord lost = wal.commit(733, minute(5));
    wal.commit(734, minute(4));
    RecoveryPlan plan = plan(RecoveryTarget.time(minute(4)));
    RecoveryStopPoint stop = plan.stop().orElseThrow();
    assertEquals(newest, plan.backup());
    assertEquals(Optional.of(lost.lsn()), stop.record());
    assertEquals(732, xid(stop.last()));
    assertEquals(kept.lsn(), stop.last().orElseThrow().lsn());
    assertEquals(733, xid(stop.next()));
    assertEquals(734, stop.lost().get(0).xid());
    assertTrue(plan.explain().contains("commit of transaction 734"), plan.explain());
  }

  @Test
  void aBackupAfterTheTimeIsTakenOnlyIfNothingHappenedBetween() throws IOException {
    backup(0);
    wal.commit(731, minute(1));
    BaseBackup idle = backup(10);
    wal.commit(732, minute(20));
    assertEquals(idle, plan(RecoveryTarget.time(minute(5))).backup());
    backup(30);
    wal.commit(733, minute(40));
    assertEquals(idle, plan(RecoveryTarget.time(minute(5))).backup());
  }

  @Test
  void aTimeAfterTheLastTransactionIsTheLatest() throws IOException {
    backup(0);
    wal.commit(731, minute(1));
    RecoveryImpossibleException e =
        refused(RecoveryTarget.time(minute(1)), Reason.TARGET_BEYOND_WAL);
    assertTrue(e.getMessage().contains("recover to the latest"), e.getMessage());
    assertTrue(e.getMessage().contains("transaction 731"), e.getMessage());
    RecoveryPlan before = plan(RecoveryTarget.beforeTime(minute(1)));
    assertEquals(731, xid(before.stop().orElseThrow().next()));
  }

  @Test
  void transactionsAndNamesChooseTheNewestBackup() throws IOException {
    BaseBackup first = backup(0);
    GeneratedRecord early = wal.commit(731, minute(1));
    wal.restorePoint("early", minute(1));
    BaseBackup second = backup(2);
    wal.commit(740, minute(3), TransactionParts.none().with(741L, 742L));
    GeneratedRecord point = wal.restorePoint("release", minute(3));
    backup(4);
    RecoveryPlan plan = plan(RecoveryTarget.beforeTransaction(731));
    assertEquals(first, plan.backup());
    assertEquals(Optional.of(early.lsn()), plan.stop().orElseThrow().record());
    assertEquals(first, plan(RecoveryTarget.name("early")).backup());
    RecoveryPlan named = plan(RecoveryTarget.name("release"));
    assertEquals(second, named.backup());
    assertEquals(point.endLsn(), named.stop().orElseThrow().lsn());
    RecoveryPlan child = plan(RecoveryTarget.transaction(742));
    assertEquals(second, child.backup());
    assertEquals(RecoveryTarget.transaction(740), child.serverTarget());
    refused(RecoveryTarget.transaction(743), Reason.TARGET_NOT_FOUND);
    refused(RecoveryTarget.name("Release"), Reason.TARGET_NOT_FOUND);
  }

  @Test
  void aNameThatIsThereTwiceIsAskedBackByPosition() throws IOException {
    backup(0);
    GeneratedRecord first = wal.restorePoint("release", minute(1));
    wal.commit(731, minute(2));
    GeneratedRecord second = wal.restorePoint("release", minute(3));
    RecoveryImpossibleException e =
        refused(RecoveryTarget.name("release"), Reason.AMBIGUOUS_TARGET);
    assertTrue(e.getMessage().contains("lsn:" + first.lsn()), e.getMessage());
    assertTrue(e.getMessage().contains("lsn:" + second.lsn()), e.getMessage());
    RecoveryStopPoint stop = plan(RecoveryTarget.lsn(second.lsn())).stop().orElseThrow();
    assertEquals(second.endLsn(), stop.lsn());
  }

  @Test
  void whatLiesBeforeConsistencyIsRefused() throws IOException {
    wal.commit(730, NOON);
    var open = wal.startBackup(minute(1));
    GeneratedRecord during = wal.commit(731, minute(2));
    open.end(minute(3)).into(archive);
    wal.commit(732, minute(4));
    refused(RecoveryTarget.transaction(731), Reason.TARGET_BEFORE_BACKUP);
    refused(RecoveryTarget.time(minute(1)), Reason.TARGET_BEFORE_BACKUP);
    refused(RecoveryTarget.lsn(during.lsn()), Reason.TARGET_BEFORE_BACKUP);
    refused(RecoveryTarget.transaction(730), Reason.TARGET_NOT_FOUND);
  }

  @Test
  void theEndOfTheWalIsThatOfItsLastRecord() throws IOException {
    backup(0);
    GeneratedRecord last = wal.commit(731, minute(1));
    RecoveryPlan plan = plan(RecoveryTarget.latest());
    assertEquals(731, xid(plan.stop().orElseThrow().last()));
    assertTrue(!plan.stop().orElseThrow().lsn().isBefore(last.endLsn()));
    refused(RecoveryTarget.lsn(wal.end().plus(100)), Reason.TARGET_BEYOND_WAL);
  }

  @Test
  void aTimelineIsFollowedIntoItsFirstSegment() throws IOException {
    backup(0);
    GeneratedRecord fork = wal.commit(731, minute(1));
    wal.commit(732, minute(2));
    wal.switchSegment();
    wal.archiveInto(archive);
    GeneratedWal child = wal.fork().after(fork).promoted(minute(3));
    GeneratedRecord wanted = child.commit(732, minute(4));
    child.commit(733, minute(5));
    child.switchSegment();
    child.archiveInto(archive);
    RecoveryPlan plan = plan(RecoveryTarget.transaction(732));
    assertEquals(Optional.of(wanted.lsn()), plan.stop().orElseThrow().record());
    RecoveryPlan old =
        RecoveryPlanner.of(archive)
            .targetTimeline(RecoveryTargetTimeline.of(new TimelineId(1)))
            .plan(RecoveryTarget.transaction(732));
    assertEquals(
        731,
        xid(
            RecoveryPlanner.of(archive)
                .targetTimeline(RecoveryTargetTimeline.of(new TimelineId(1)))
                .plan(RecoveryTarget.beforeTransaction(732))
                .stop()
                .orElseThrow()
                .last()));
    assertEquals(732, xid(old.stop().orElseThrow().last()));
  }

  /** A backup that begins where no segment does, as on a standby or a busy server. */
  private static BaseBackup placed(BaseBackup like, Lsn redo, GeneratedRecord last, int minute) {
    return new BaseBackup(
        like.id(),
        like.cluster(),
        redo,
        like.startTimeline(),
        last.lsn(),
        last.endLsn(),
        like.endTimeline(),
        minute(minute),
        like.endTime(),
        like.tablespaces(),
        like.parts(),
        like.manifest(),
        like.files(),
        like.warnings());
  }

  private RecoveryPlanner planner(BaseBackup... backups) throws IOException {
    wal.switchSegment();
    wal.archiveInto(archive);
    ArchiveContents held = ArchiveContents.read(archive);
    return RecoveryPlanner.of(
        new ArchiveContents(held.cluster(), held.wal(), List.of(backups)), archive);
  }

  @Test
  void whatLiesInTheFirstSegmentBeforeRedoIsNotReplayed() throws IOException {
    BaseBackup like = backup(0);
    wal.commit(731, minute(1));
    wal.restorePoint("twice", minute(1));
    Lsn redo = wal.beginCheckpoint();
    BaseBackup only = placed(like, redo, wal.completeCheckpoint(redo, minute(2)), 2);
    GeneratedRecord wanted = wal.restorePoint("twice", minute(3));
    RecoveryPlanner planner = planner(only);
    RecoveryImpossibleException e =
        assertThrows(
            RecoveryImpossibleException.class, () -> planner.plan(RecoveryTarget.transaction(731)));
    assertEquals(Reason.TARGET_NOT_FOUND, e.reason());
    assertEquals(
        wanted.endLsn(), planner.plan(RecoveryTarget.name("twice")).stop().orElseThrow().lsn());
  }

  @Test
  void aBackupMadeDuringAnotherHidesNothing() throws IOException {
    var outer = wal.startBackup(minute(0));
    GeneratedRecord early = wal.commit(731, minute(5));
    backup(10);
    outer.end(minute(25)).into(archive);
    wal.commit(732, minute(30));
    RecoveryImpossibleException e =
        refused(RecoveryTarget.time(minute(1)), Reason.TARGET_BEFORE_BACKUP);
    assertTrue(e.getMessage().contains("commit of transaction 731"), early + e.getMessage());
  }

  @Test
  void whatEndedBeforeTheRedoOfABackupIsInIt() throws IOException {
    BaseBackup first = backup(0);
    GeneratedRecord early = wal.commit(731, minute(2));
    BaseBackup waited = backup(3);
    wal.commit(732, minute(9));
    // it waited for another checkpoint before its own began
    BaseBackup newest =
        placed(
            waited,
            waited.startLsn(),
            new GeneratedRecord(waited.startTimeline(), waited.checkpointLsn(), waited.endLsn()),
            1);
    RecoveryPlan plan = planner(first, newest).plan(RecoveryTarget.time(minute(1)));
    assertEquals(first, plan.backup());
    assertEquals(Optional.of(early.lsn()), plan.stop().orElseThrow().record());
  }

  @Test
  void aPositionBehindASwitchMeansTheNextSegment() throws IOException {
    backup(0);
    wal.commit(731, minute(1));
    Lsn left = wal.end();
    wal.switchSegment();
    GeneratedRecord next = wal.commit(732, minute(2));
    for (int distance : new int[] {24, 100, 20_000, 500_000}) {
      RecoveryStopPoint stop = plan(RecoveryTarget.lsn(left.plus(distance))).stop().orElseThrow();
      assertEquals(Optional.of(next.lsn()), stop.record());
    }
  }

  @Test
  void theEpochIsThatOfTheCheckpointBefore() throws IOException {
    long epoch = 1L << 32;
    backup(0);
    for (long quarter = 0; quarter < 8; quarter++) {
      wal.commit(731 + quarter * (epoch / 4), minute(1));
      wal.checkpoint(minute(1));
    }
    RecoveryPlan plan = plan(RecoveryTarget.transaction(epoch + 731));
    assertEquals(731, xid(plan.stop().orElseThrow().last()));
    refused(RecoveryTarget.transaction(2 * epoch + 731), Reason.TARGET_NOT_FOUND);
    refused(RecoveryTarget.transaction(731), Reason.AMBIGUOUS_TARGET);
  }

  @Test
  void anIndexOfAnotherVersionIsNone() throws IOException {
    backup(0);
    wal.commit(731, minute(1));
    wal.switchSegment();
    wal.archiveInto(archive);
    byte[] later = "{\"format\":2}".getBytes(StandardCharsets.UTF_8);
    for (StoredObject object : storage.list("4711/index/", "", 100)) {
      storage.delete(object.name());
      storage.put(object.name().replace(".zst", ""), ObjectSource.of(later));
    }
    assertEquals(731, xid(plan(RecoveryTarget.transaction(731)).stop().orElseThrow().last()));
  }

  @Test
  void aBackupWhoseOwnWalIsDamagedIsNotTaken() throws IOException {
    BaseBackup first = backup(0);
    var open = wal.startBackup(minute(1));
    wal.filler(100_000);
    BaseBackup damaged = open.end(minute(2)).into(archive);
    WalSegment last = wal.completeSegments().get(wal.completeSegments().size() - 1);
    wal.archiveInto(archive, segment -> !segment.equals(last));
    byte[] bytes = wal.open(last).orElseThrow().readAllBytes();
    int end = CLUSTER.segmentSize().offset(damaged.endLsn());
    Arrays.fill(bytes, end - 200, end, (byte) 7);
    archive.push(last.fileName(), ObjectSource.of(bytes));
    RecoveryPlanner planner = RecoveryPlanner.of(archive);
    assertEquals(first, planner.plan(RecoveryTarget.latest()).backup());
    RecoveryImpossibleException e =
        assertThrows(
            RecoveryImpossibleException.class,
            () -> planner.backup(damaged.id()).plan(RecoveryTarget.latest()));
    assertEquals(Reason.WAL_DAMAGED, e.reason(), e.getMessage());
  }

  @Test
  void aSegmentThatCannotBeReadOnlyHidesWhatIsBehindIt() throws IOException {
    InMemoryStorage storage = new InMemoryStorage();
    try (ArchiveStore damaged =
        ArchiveStore.openOrCreate(
            storage, ArchiveSettings.defaults().indexing(false), wal.cluster())) {
      BaseBackup first = wal.backup(minute(0)).into(damaged);
      GeneratedRecord before = wal.commit(731, minute(1));
      wal.switchSegment();
      GeneratedRecord hidden = wal.commit(732, minute(2));
      wal.switchSegment();
      BaseBackup second = wal.backup(minute(3)).into(damaged);
      wal.commit(733, minute(4));
      wal.commit(734, minute(5));
      wal.switchSegment();
      wal.archiveInto(damaged);
      String name =
          "4711/wal/00000001/0000000100000000/"
              + WalSegment.containing(TimelineId.FIRST, hidden.lsn(), CLUSTER.segmentSize())
              + ".zst";
      assertTrue(storage.delete(name));
      storage.put(name, ObjectSource.of(new byte[] {1, 2, 3}));
      RecoveryPlanner planner = RecoveryPlanner.of(damaged);
      assertEquals(second, planner.plan(RecoveryTarget.latest()).backup());
      assertEquals(second, planner.plan(RecoveryTarget.beforeTransaction(734)).backup());
      RecoveryPlan early = planner.plan(RecoveryTarget.transaction(731));
      assertEquals(first, early.backup());
      assertEquals(before.endLsn(), early.stop().orElseThrow().lsn());
      RecoveryImpossibleException e =
          assertThrows(
              RecoveryImpossibleException.class,
              () -> planner.plan(RecoveryTarget.beforeTransaction(732)));
      assertEquals(Reason.WAL_DAMAGED, e.reason(), e.getMessage());
    }
  }
}
