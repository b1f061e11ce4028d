package dev.walden.recovery.points;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.NotArchivedException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.WalIndex;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.json.JsonObject;
import dev.walden.recovery.RecoverableRange;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.WalGap;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.plan.RecoveryStopPoint;
import dev.walden.recovery.simulate.RecoverySimulator;
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
import dev.walden.wal.record.RelFileLocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Points in the WAL of clusters that never existed. */
class RecoverablePointsTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final RelFileLocator ORDERS = new RelFileLocator(1663, 5, 16384);
  private static final RelFileLocator ITEMS = new RelFileLocator(1663, 5, 16390);

  @TempDir Path folder;
  private final ArchiveStore archive;
  private final GeneratedWal wal;

  RecoverablePointsTest() throws IOException {
    this.wal = begin(PgVersion.PG_17);
    this.archive = archive(wal);
  }

  private static GeneratedWal begin(PgVersion version) {
    return GeneratedWal.begin(new ClusterIdentity(new SystemIdentifier(4711), SIZE, version), NOON);
  }

  private static ArchiveStore archive(GeneratedWal wal) throws IOException {
    return ArchiveStore.openOrCreate(
        new InMemoryStorage(), ArchiveSettings.defaults(), wal.cluster());
  }

  private static Instant minute(int minute) {
    return NOON.plusSeconds(60L * minute);
  }

  private RecoverablePoints points() throws IOException {
    wal.switchSegment();
    wal.archiveInto(archive);
    return RecoverablePoints.of(archive);
  }

  private BaseBackup backup(int minute) throws IOException {
    return wal.backup(minute(minute)).into(archive);
  }

  @Test
  void aNameDoesNothingToATerminal() throws IOException {
    backup(0);
    wal.restorePoint("good\u001b[2Kname\u202e", minute(1));
    NamedPoint point = points().restorePoints().points().get(0);
    assertEquals("good\u001b[2Kname\u202e", point.name());
    assertTrue(point.toString().contains("\"good\\u001b[2Kname\\u202e\""), point.toString());
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(point.target());
    assertFalse(plan.explain().contains("\u001b"), plan.explain());
  }

  private static TransactionParts dropping(RelFileLocator... files) {
    return TransactionParts.none().inDatabase(5).dropping(files);
  }

  private static List<Long> xids(PointList<TransactionPoint> list) {
    return list.points().stream().map(point -> point.transaction().xid()).toList();
  }

  @Test
  void transactionsAreFoundByTimeWhateverTheirOrder() throws IOException {
    wal.commit(729, minute(3));
    backup(0);
    wal.commit(730, minute(1));
    wal.commit(731, minute(4));
    wal.filler(3 << 20);
    wal.abort(732, minute(9));
    wal.commit(733, minute(3));
    wal.filler(3 << 20);
    wal.commit(734, minute(5));
    RecoverablePoints points = points();
    PointList<TransactionPoint> found = points.transactions(minute(3), minute(5));
    assertEquals(List.of(729L, 731L, 733L, 734L), xids(found));
    assertEquals(
        List.of(false, true, true, true),
        found.points().stream().map(point -> point.place().reachable()).toList());
    assertFalse(found.more());
    PointList<TransactionPoint> two = points.limit(2).transactions(minute(3), minute(5));
    assertEquals(List.of(729L, 731L), xids(two));
    assertTrue(two.more());
    assertFalse(points.limit(4).transactions(minute(3), minute(5)).more());
    assertEquals(List.of(), points.transactions(minute(6), minute(8)).points());
    assertFalse(points.transactions(minute(9), minute(9)).points().get(0).transaction().commit());
    assertThrows(IllegalArgumentException.class, () -> points.transactions(minute(2), minute(1)));
  }

  @Test
  void whatADroppedTableWasIsFound() throws IOException {
    backup(0);
    wal.commit(730, minute(1), dropping(ITEMS));
    GeneratedRecord commit = wal.commit(731, minute(40), dropping(ORDERS, ITEMS));
    wal.abort(732, minute(41), dropping(ITEMS));
    wal.commit(733, minute(51), dropping(ITEMS));
    PointList<DroppedRelations> drops = points().drops(minute(40), minute(50));
    DroppedRelations drop = drops.points().get(0);
    assertEquals(1, drops.points().size());
    assertEquals(DroppedRelations.Kind.DROPPED, drop.kind());
    assertEquals(731, drop.xid());
    assertEquals(5, drop.database());
    assertEquals(Optional.of(minute(40)), drop.time());
    assertEquals(
        new WalPlace(TimelineId.FIRST, TimelineId.FIRST, commit.lsn(), true), drop.place());
    assertEquals(List.of(ORDERS, ITEMS), drop.files().stream().map(DroppedFile::file).toList());
    assertEquals("before-xid:731", drop.target().text());
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(drop.target());
    assertEquals(Optional.of(commit.lsn()), plan.stop().orElseThrow().record());
    JsonObject json = JsonObject.parse("drop", drop.toJson().toBytes());
    assertEquals("DROPPED", json.text("kind"));
    assertEquals(16384, json.objects("files").get(0).number("file"));
    assertTrue(drop.explain().contains("1663/5/16384"), drop.explain());
  }

  @ParameterizedTest
  @ValueSource(longs = {731, 732})
  void filesMadeSegmentsBeforeWereReplaced(long creator) throws IOException {
    backup(0);
    wal.createFile(creator, ITEMS);
    wal.filler(2 << 20);
    wal.commit(740, minute(2));
    wal.filler(2 << 20);
    wal.commit(731, minute(3), dropping(ORDERS).with(732L));
    DroppedRelations drop = points().drops(minute(3), minute(3)).points().get(0);
    assertEquals(DroppedRelations.Kind.REPLACED, drop.kind());
  }

  @Test
  void aFileMadeByAnotherTransactionOfThatNumberReplacesNothing() throws IOException {
    backup(0);
    wal.createFile(731, ITEMS);
    wal.commit(731, minute(1));
    wal.filler(2 << 20);
    wal.commit(740, minute(2));
    wal.checkpoint(minute(2));
    wal.filler(2 << 20);
    wal.commit(750, minute(3), dropping(ORDERS));
    assertEquals(
        DroppedRelations.Kind.DROPPED, points().drops(minute(3), minute(3)).points().get(0).kind());
  }

  @Test
  void aPreparedTransactionDropsWhenItIsCommitted() throws IOException {
    backup(0);
    wal.prepare(731, "transfer", minute(1), dropping(ORDERS));
    wal.filler(2 << 20);
    GeneratedRecord commit = wal.commitPrepared(731, minute(20));
    wal.prepare(732, "other", minute(21), dropping(ITEMS));
    wal.abortPrepared(732, minute(22));
    RecoverablePoints points = points();
    assertEquals(List.of(), points.drops(minute(0), minute(19)).points());
    DroppedRelations drop = points.drops(minute(20), minute(30)).points().get(0);
    assertEquals(1, points.drops(minute(20), minute(30)).points().size());
    assertEquals(commit.lsn(), drop.place().lsn());
    assertEquals(731, drop.xid());
  }

  @ParameterizedTest
  @EnumSource(PgVersion.class)
  void aDatabaseIsGoneBeforeItsTransactionCommits(PgVersion version) throws IOException {
    GeneratedWal its = begin(version);
    ArchiveStore store = archive(its);
    its.backup(NOON).into(store);
    its.commit(730, minute(1));
    GeneratedRecord gone = its.dropDatabase(731, 16400, List.of(1663L, 16500L));
    its.filler(2 << 20);
    its.commit(731, minute(5));
    its.switchSegment();
    its.archiveInto(store);
    DroppedRelations drop = RecoverablePoints.of(store).drops(minute(5), minute(6)).points().get(0);
    assertEquals(DroppedRelations.Kind.DATABASE, drop.kind());
    assertEquals(16400, drop.database());
    assertEquals(731, drop.xid());
    assertEquals(Optional.of(minute(5)), drop.time());
    RecoveryStopPoint stop = RecoveryPlanner.of(store).plan(drop.target()).stop().orElseThrow();
    assertEquals(Optional.of(gone.lsn()), stop.record());
    assertFalse(stop.replayed());
    assertEquals(List.of(), RecoverablePoints.of(store).drops(minute(1), minute(4)).points());
  }

  /** Commits that go over the boundary between segments, small ones and one of many pages. */
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 3000, 400_000})
  void aCommitOverABoundaryIsFound(int files) throws IOException {
    backup(0);
    wal.createFile(731, ITEMS);
    Lsn border = SIZE.floor(wal.end()).plus(SIZE.bytes());
    wal.fillTo(border.plus(-32));
    RelFileLocator[] dropped = new RelFileLocator[files];
    for (int i = 0; i < files; i++) {
      dropped[i] = new RelFileLocator(1663, 5, 20000 + i);
    }
    GeneratedRecord commit = wal.commit(731, minute(2), dropping(dropped));
    assertTrue(commit.lsn().isBefore(border) && commit.endLsn().isAfter(border));
    wal.commit(732, minute(3));
    for (int round = 0; round < 2; round++) {
      DroppedRelations drop = points().drops(minute(2), minute(2)).points().get(0);
      assertEquals(commit.lsn(), drop.place().lsn());
      assertEquals(files, drop.files().size());
      assertEquals(List.of(731L), xids(points().transactions(minute(2), minute(2))));
      assertEquals(DroppedRelations.Kind.REPLACED, drop.kind());
      archive.index().update();
    }
  }

  @Test
  void namesThatAreThereTwiceAreMeantByPosition() throws IOException {
    wal.restorePoint("too early", NOON);
    backup(0);
    wal.restorePoint("release", minute(1));
    wal.filler(2 << 20);
    GeneratedRecord second = wal.restorePoint("release", minute(2));
    wal.restorePoint("only", minute(3));
    List<NamedPoint> found = points().restorePoints().points();
    assertEquals(
        List.of("too early", "release", "release", "only"),
        found.stream().map(NamedPoint::name).toList());
    assertEquals(
        List.of(false, true, true, true),
        found.stream().map(point -> point.place().reachable()).toList());
    assertEquals("lsn:" + second.lsn(), found.get(2).target().text());
    assertEquals("name:only", found.get(3).target().text());
    assertEquals(minute(3), found.get(3).time());
    for (NamedPoint point : found.subList(1, 4)) {
      RecoveryPlan plan = RecoveryPlanner.of(archive).plan(point.target());
      assertEquals(Optional.of(point.place().lsn()), plan.stop().orElseThrow().record());
    }
    assertEquals(second.lsn().toString(), found.get(2).toJson().text("lsn"));
  }

  /** In a database that is not in UTF-8, or with what no configuration file can hold. */
  @Test
  void namesThatNoServerIsToldAreMeantByPosition() throws IOException {
    backup(0);
    GeneratedRecord latin = wal.restorePoint("café".getBytes(StandardCharsets.ISO_8859_1), NOON);
    wal.restorePoint("é".repeat(60).getBytes(StandardCharsets.ISO_8859_1), NOON);
    wal.restorePoint("two\nlines", NOON);
    wal.restorePoint("", NOON);
    wal.restorePoint("café", NOON);
    List<NamedPoint> found = points().restorePoints().points();
    assertEquals("caf\uFFFD", found.get(0).name());
    for (NamedPoint point : found.subList(0, 4)) {
      assertEquals(RecoveryTarget.lsn(point.place().lsn()), point.target());
    }
    assertEquals("name:café", found.get(4).target().text());
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.name("caf\uFFFD"));
    assertEquals(RecoveryTarget.lsn(latin.lsn()), plan.serverTarget());
    assertEquals(Optional.of(latin.lsn()), plan.stop().orElseThrow().record());
    assertEquals(latin.endLsn(), RecoverySimulator.of(archive).simulate(plan).stopLsn());
    assertTrue(
        plan.warnings().get(0).text().contains("from " + latin.lsn() + " on"), plan.explain());
  }

  @Test
  void aGapPartsWhatIsRecoverable() throws IOException {
    BaseBackup first = backup(0);
    wal.commit(731, minute(1));
    wal.filler(5 << 20);
    wal.commit(732, minute(2));
    BaseBackup second = backup(3);
    BaseBackup third = backup(4);
    wal.commit(733, minute(5));
    Lsn end = wal.lastRecord().endLsn();
    wal.commit(734, minute(6));
    wal.filler(3 << 20);
    wal.archiveInto(archive, segment -> segment.number() != 5);
    TimelineCoverage coverage = RecoverablePoints.of(archive).coverage().get(0);
    assertEquals(2, coverage.ranges().size());
    RecoverableRange before = coverage.ranges().get(0);
    RecoverableRange after = coverage.ranges().get(1);
    assertEquals(List.of(first), before.backups());
    assertEquals(List.of(second, third), after.backups());
    assertEquals(second.endLsn(), after.start());
    assertEquals(731, before.last().orElseThrow().xid());
    assertEquals(734, after.last().orElseThrow().xid());
    assertFalse(after.end().isBefore(end));
    WalRange missing = new WalRange(TimelineId.FIRST, Lsn.parse("0/500000"), Lsn.parse("0/600000"));
    assertEquals(
        List.of(new WalGap(missing, WalGap.Kind.MISSING, "not in the archive")), coverage.gaps());
    assertTrue(coverage.explain().contains("0/500000 to 0/600000"), coverage.explain());
    assertEquals("0/600000", coverage.toJson().objects("gaps").get(0).text("end"));
    assertEquals(
        List.of(731L, 732L), xids(RecoverablePoints.of(archive).transactions(NOON, minute(2))));
    archive.recordGap(new RecordedGap(missing, NOON, "the slot was lost"));
    assertEquals(
        "not in the archive (the slot was lost, recorded " + NOON + ")",
        RecoverablePoints.of(archive).coverage().get(0).gaps().get(0).reason());
  }

  @Test
  void everyTimelineTellsWhatIsItsOwn() throws IOException {
    backup(0);
    wal.restorePoint("shared", minute(1));
    GeneratedRecord fork = wal.commit(731, minute(1));
    wal.commit(732, minute(2));
    wal.restorePoint("left", minute(2));
    GeneratedWal second = wal.fork().after(fork).promoted(minute(3));
    second.commit(732, minute(4), dropping(ORDERS));
    second.restorePoint("kept", minute(4));
    second.switchSegment();
    second.archiveInto(archive);
    // of timeline 1 only what timeline 2 shares is there, as after a failover
    wal.archiveInto(archive);
    wal.archivePartialInto(archive);
    RecoverablePoints every = RecoverablePoints.of(archive).everyTimeline();
    List<TransactionPoint> ends = every.transactions(NOON, minute(9)).points();
    assertEquals(List.of(731L, 732L), ends.stream().map(e -> e.transaction().xid()).toList());
    assertEquals(
        new WalPlace(TimelineId.FIRST, second.timeline(), fork.lsn(), true), ends.get(0).place());
    wal.switchSegment();
    wal.archiveInto(archive);
    assertEquals(List.of(731L, 732L, 732L), xids(every.transactions(NOON, minute(9))));
    assertEquals(
        List.of("shared", "left", "kept"),
        every.restorePoints().points().stream().map(NamedPoint::name).toList());
    RecoverablePoints newest = RecoverablePoints.of(archive);
    assertEquals(
        List.of("shared", "kept"),
        newest.restorePoints().points().stream().map(NamedPoint::name).toList());
    RecoverablePoints first = newest.timeline(TimelineId.FIRST);
    assertEquals(
        List.of("shared", "left"),
        first.restorePoints().points().stream().map(NamedPoint::name).toList());
    assertEquals(List.of(), first.drops(NOON, minute(9)).points());
    assertEquals(
        second.timeline(), newest.drops(NOON, minute(9)).points().get(0).place().timeline());
    assertThrows(NotArchivedException.class, () -> newest.timeline(new TimelineId(7)).coverage());
  }

  @Test
  void anEmptyArchiveHoldsNothing() throws IOException {
    RecoverablePoints points = RecoverablePoints.of(archive);
    assertEquals(List.of(), points.coverage().get(0).ranges());
    assertEquals(List.of(), points.restorePoints().points());
    assertEquals(List.of(), points.drops(NOON, minute(1)).points());
    assertEquals("The archive holds no WAL.\n", points.picture());
    wal.commit(731, minute(1), dropping(ORDERS));
    assertFalse(points().drops(NOON, minute(1)).points().get(0).place().reachable());
  }

  @Test
  @Tag("long")
  void condensedGroupsTellTheSame() throws IOException {
    backup(0);
    wal.createFile(735, ITEMS);
    wal.commit(731, minute(1), dropping(ORDERS));
    wal.dropDatabase(732, 16400, List.of(1663L));
    wal.commit(732, minute(2));
    wal.filler(1000 << 20);
    wal.commit(733, minute(3));
    wal.filler(1000 << 20);
    wal.filler(1000 << 20);
    wal.restorePoint("far", minute(4));
    wal.filler(1000 << 20);
    wal.commit(734, minute(5));
    wal.fillTo(SIZE.floor(wal.end()).plus(SIZE.bytes() - 40L));
    wal.commit(735, minute(6), dropping(ITEMS));
    wal.filler(200 << 20);
    wal.commit(736, minute(7), dropping(ITEMS));
    RecoverablePoints points = points();
    List<DroppedRelations> drops = points.drops(NOON, minute(9)).points();
    WalIndex.Update update = archive.index().update();
    assertTrue(update.groups() > 0, update.toString());
    assertEquals(drops, points.drops(NOON, minute(9)).points());
    assertEquals(
        List.of(
            DroppedRelations.Kind.DROPPED,
            DroppedRelations.Kind.DATABASE,
            DroppedRelations.Kind.REPLACED,
            DroppedRelations.Kind.DROPPED),
        drops.stream().map(DroppedRelations::kind).toList());
    assertEquals(
        List.of(735L),
        points.drops(minute(6), minute(6)).points().stream().map(DroppedRelations::xid).toList());
    assertEquals(List.of(733L, 734L), xids(points.transactions(minute(3), minute(5))));
    assertEquals("far", points.restorePoints().points().get(0).name());
  }

  @Test
  void damageIsNamedAndWhatLiesBehindIsRecoverable() throws IOException {
    backup(0);
    wal.commit(731, minute(1));
    Lsn border = SIZE.floor(wal.end()).plus(2L * SIZE.bytes());
    wal.filler(SIZE.bytes());
    wal.fillTo(border);
    GeneratedRecord cut = wal.commit(732, minute(2));
    wal.switchSegment();
    BaseBackup second = backup(3);
    wal.commit(733, minute(4));
    wal.switchSegment();
    WalSegment damaged = new WalSegment(TimelineId.FIRST, SIZE.segmentNumber(border), SIZE);
    wal.archiveInto(archive, segment -> segment.number() < damaged.number());
    byte[] content = wal.open(damaged).orElseThrow().readAllBytes();
    content[(int) cut.lsn().minus(border) + 30] ^= 1;
    Path file = Files.write(folder.resolve(damaged.toString()), content);
    archive.push(damaged.fileName(), file);
    wal.archiveInto(archive, segment -> segment.number() > damaged.number());
    TimelineCoverage coverage = RecoverablePoints.of(archive).coverage().get(0);
    assertEquals(2, coverage.ranges().size(), coverage.explain());
    assertEquals(WalGap.Kind.DAMAGED, coverage.gaps().get(0).kind());
    assertEquals(
        new WalRange(TimelineId.FIRST, border, border.plus(SIZE.bytes())),
        coverage.gaps().get(0).range());
    assertEquals(List.of(second), coverage.ranges().get(1).backups());
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.transaction(733));
    assertEquals(second, plan.backup());
    assertEquals(second, RecoveryPlanner.of(archive).plan(RecoveryTarget.latest()).backup());
    assertTrue(RecoverablePoints.of(archive).picture().contains("x"));
  }

  /** With nothing archived behind it, or a gap. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSegmentThatCannotBeReadEndsWhatIsRecoverable(boolean moreBehindAGap) throws IOException {
    InMemoryStorage storage = new InMemoryStorage();
    ArchiveStore plain =
        ArchiveStore.openOrCreate(
            storage, ArchiveSettings.defaults().indexing(false), wal.cluster());
    BaseBackup first = wal.backup(NOON).into(plain);
    wal.commit(731, minute(1));
    Lsn end = wal.switchSegment();
    wal.commit(732, minute(2));
    wal.filler(3 << 20);
    WalSegment damaged = WalSegment.containing(TimelineId.FIRST, end, SIZE);
    wal.archiveInto(
        plain,
        segment ->
            segment.number() <= damaged.number()
                || moreBehindAGap && segment.number() > damaged.number() + 1);
    damage(storage, damaged);

    RecoverablePoints points = RecoverablePoints.of(plain);
    TimelineCoverage coverage = points.coverage().get(0);
    WalGap gap = coverage.gaps().get(0);
    assertEquals(WalGap.Kind.DAMAGED, gap.kind());
    assertEquals(new WalRange(TimelineId.FIRST, end, damaged.end()), gap.range());
    assertEquals(moreBehindAGap ? 2 : 1, coverage.gaps().size(), coverage.explain());
    assertEquals(List.of(first), coverage.ranges().get(0).backups());
    assertEquals(end, coverage.ranges().get(0).end());
    assertEquals(List.of(731L), xids(points.transactions(NOON, minute(9))));
    assertEquals(List.of(), points.restorePoints().points());
    assertTrue(points.picture().contains("x"), points.picture());
  }

  private static void damage(InMemoryStorage storage, WalSegment segment) throws IOException {
    String name =
        storage.list("", "", 100).stream()
            .map(StoredObject::name)
            .filter(stored -> stored.contains(segment.toString()))
            .findFirst()
            .orElseThrow();
    storage.delete(name);
    storage.put(name, ObjectSource.of(new byte[] {1, 2, 3}));
  }
}
