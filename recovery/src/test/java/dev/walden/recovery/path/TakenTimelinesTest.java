package dev.walden.recovery.path;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What servers are told of timelines, and find, beside the one they recover along. */
class TakenTimelinesTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;
  private final GeneratedWal wal =
      GeneratedWal.begin(
          new ClusterIdentity(
              new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17),
          NOON);
  private final InMemoryStorage storage = new InMemoryStorage();
  private final GeneratedRecord beforeBackup = wal.commit(730, NOON);
  private ArchiveStore archive;

  @BeforeEach
  void open() throws IOException {
    archive = ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), wal.cluster());
    wal.backup(NOON).into(archive);
    wal.commit(731, NOON);
    wal.switchSegment();
    wal.archiveInto(archive);
  }

  private void history(GeneratedWal of) throws IOException {
    archive.push(of.history().fileName(), ObjectSource.of(of.history().content()));
  }

  private void delete(String name) throws IOException {
    for (StoredObject object : storage.list("", "", 100)) {
      if (object.name().contains(name)) {
        storage.delete(object.name());
      }
    }
  }

  private RecoveryPlan latest() throws IOException {
    return RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
  }

  private Path restore(boolean standby) throws IOException {
    Path data = folder.resolve(standby ? "standby" : "data");
    Restore restore = Restore.of(latest()).from(archive).into(data);
    if (standby) {
      restore = restore.standby("host=nowhere");
    }
    restore.run();
    return data;
  }

  private void assertStandbyIsTold(String timeline) throws IOException {
    String settings = Files.readString(restore(true).resolve("postgresql.auto.conf"));
    assertTrue(settings.contains("recovery_target_timeline = '" + timeline + "'"), settings);
  }

  private static List<String> histories(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("pg_wal"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".history"))
          .sorted()
          .toList();
    }
  }

  @Test
  void aStandbyFollowsLaterPromotions() throws IOException {
    assertStandbyIsTold("latest");
  }

  @Test
  void aStandbyFollowsFromTheTimelineThatIsTheLatestNow() throws IOException {
    GeneratedWal second = wal.fork().promoted(NOON);
    second.switchSegment();
    second.archiveInto(archive);
    assertEquals(2, latest().timeline().value());
    assertStandbyIsTold("latest");
  }

  @Test
  void aStandbyIsToldTheNumberWhereLatestWouldBeABranchItDoesNotLeadTo() throws IOException {
    // a test copy, restored to before the backup and promoted
    history(wal.fork().after(beforeBackup).promoted(NOON));
    assertEquals(TimelineId.FIRST, latest().timeline());
    assertStandbyIsTold("1");
  }

  @Test
  void aStandbyIsToldTheNumberWhereAHistoryBeforeItIsMissing() throws IOException {
    GeneratedWal third = wal.fork().timeline(new TimelineId(3)).promoted(NOON);
    third.switchSegment();
    third.archiveInto(archive);
    assertEquals(3, latest().timeline().value());
    assertStandbyIsTold("3");
  }

  /** PostgreSQL's latest is the last number before one is missing. */
  @Test
  void aServerWithoutACommandFindsTheTimelinesBesideItsOwn() throws IOException {
    history(wal.fork().promoted(NOON));
    GeneratedWal third = wal.fork().timeline(new TimelineId(3)).promoted(NOON);
    third.switchSegment();
    third.archiveInto(archive);
    history(wal.fork().timeline(new TimelineId(4)).after(beforeBackup).promoted(NOON));
    assertEquals(3, latest().timeline().value());
    assertEquals(
        List.of("00000002.history", "00000003.history", "00000004.history"),
        histories(restore(false)));
  }

  private void assertWarned(String why) throws IOException {
    for (RecoveryPlanner planner :
        new RecoveryPlanner[] {
          RecoveryPlanner.of(archive), RecoveryPlanner.of(archive).byInventory()
        }) {
      RecoveryPlan plan = planner.plan(RecoveryTarget.latest());
      assertTrue(
          plan.warnings().stream().anyMatch(warning -> warning.text().startsWith(why)),
          plan.explain());
    }
  }

  /** A server was promoted with archiving off, and archived later. */
  @Test
  void aNumberWithoutAHistoryIsTakenIfThereIsWalOfIt() throws IOException {
    GeneratedWal second = wal.fork().promoted(NOON);
    second.switchSegment();
    second.archiveInto(archive, segment -> segment.timeline().equals(second.timeline()));
    delete("00000002.history");
    assertEquals(TimelineId.FIRST, latest().timeline());
    assertWarned("00000002.history is not archived, but 000000020000000000000004 of that timeline");
    Path data = restore(false);
    assertEquals(
        Optional.of(new TimelineId(3)),
        RecoverySimulator.of(archive).simulate(latest()).newTimeline());
    assertEquals(List.of("00000002.history"), histories(data));
    assertTrue(Files.exists(data.resolve("pg_wal/archive_status/00000002.history.done")));
    assertStandbyIsTold("1");
  }

  @Test
  void aNumberWithoutAHistoryIsTakenIfADescendantNamesIt() throws IOException {
    GeneratedWal second = wal.fork().after(beforeBackup).promoted(NOON);
    history(second);
    GeneratedWal third = second.fork().promoted(NOON);
    history(third.fork().promoted(NOON));
    assertEquals(TimelineId.FIRST, latest().timeline());
    assertWarned("00000003.history is not archived, but 00000004.history says that");
    Path data = restore(false);
    assertEquals(
        List.of("00000002.history", "00000003.history", "00000004.history"), histories(data));
    assertArrayEquals(
        second.history().content(), Files.readAllBytes(data.resolve("pg_wal/00000002.history")));
  }

  @Test
  void aFreeNumberIsNoMatter() throws IOException {
    history(wal.fork().after(beforeBackup).promoted(NOON));
    RecoveryPlan plan = latest();
    assertFalse(plan.explain().contains("would use this number"), plan.explain());
    assertEquals(List.of("00000002.history"), histories(restore(false)));
  }
}
