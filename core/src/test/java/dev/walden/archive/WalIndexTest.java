package dev.walden.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.codec.AgeIdentity;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WalIndexTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final AgeIdentity IDENTITY = AgeIdentity.generate(new SecureRandom());

  private final InMemoryStorage storage = new InMemoryStorage();

  private static GeneratedWal wal(int megabytes, int segments) {
    GeneratedWal wal =
        GeneratedWal.begin(
            new ClusterIdentity(
                new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(megabytes), PgVersion.PG_17),
            NOON,
            (1L << 32) / ((long) megabytes << 20));
    for (int i = 0; i < segments; i++) {
      wal.commit(1000 + i, NOON.plusSeconds(i));
      wal.restorePoint("point " + i, NOON.plusSeconds(i));
      wal.switchSegment();
    }
    return wal;
  }

  private ArchiveStore archive(GeneratedWal wal, ArchiveSettings settings) throws IOException {
    return ArchiveStore.openOrCreate(storage, settings, wal.cluster());
  }

  private List<String> index() throws IOException {
    return storage.list("", "", 10_000).stream()
        .map(StoredObject::name)
        .filter(name -> name.contains("/index/"))
        .toList();
  }

  private static WalRange all(GeneratedWal wal) {
    Lsn start = wal.completeSegments().get(0).start();
    return new WalRange(TimelineId.FIRST, start, wal.end());
  }

  private static long points(List<WalOutline> outlines) {
    return outlines.stream()
        .flatMap(outline -> outline.events().stream())
        .filter(WalEvent.RestorePoint.class::isInstance)
        .count();
  }

  @Test
  void whatIsPushedIsIndexedAndEncrypted() throws IOException {
    GeneratedWal wal = wal(1, 3);
    ArchiveSettings settings = ArchiveSettings.defaults().encryptTo(IDENTITY.recipient());
    wal.archiveInto(archive(wal, settings));
    assertEquals(3, index().size());
    assertTrue(
        index().stream().allMatch(name -> name.endsWith(".json.zst.age")), index().toString());
    WalIndex read = archive(wal, settings.decryptWith(IDENTITY)).index();
    assertEquals(3, points(read.segments(all(wal))));
  }

  @Test
  void whatIsMissingOrDamagedIsMadeFromTheWal() throws IOException {
    GeneratedWal wal = wal(1, 3);
    ArchiveStore archive = archive(wal, ArchiveSettings.defaults().indexing(false));
    wal.archiveInto(archive);
    assertEquals(List.of(), index());
    assertEquals(3, points(archive.index().condensed(all(wal))));
    assertEquals(new WalIndex.Update(3, 0, 0), archive.index().update());
    assertEquals(new WalIndex.Update(0, 0, 0), archive.index().update());
    String name = index().get(1);
    storage.delete(name);
    storage.put(name, ObjectSource.of(new byte[] {1, 2, 3}));
    assertEquals(3, points(archive.index().condensed(all(wal))));
    archive.index().update();
    assertEquals(new WalIndex.Update(0, 0, 0), archive.index().update());
  }

  @Tag("long")
  @Test
  void fourGigabytesAreCondensedAsTheyArePushed() throws IOException {
    GeneratedWal wal = wal(512, 9);
    ArchiveStore archive = archive(wal, ArchiveSettings.defaults());
    wal.archiveInto(archive);
    assertEquals(2 + 9, index().size(), "one group, and segments: " + index());
    List<WalOutline> condensed = archive.index().condensed(all(wal));
    assertEquals(List.of(8L, 1L), condensed.stream().map(WalOutline::segmentCount).toList());
    assertEquals(9, points(condensed));
    assertEquals(9, archive.index().segments(all(wal)).size());
    assertEquals(9, points(archive.index().segments(all(wal))));
    // a range that begins within the group needs its segments
    WalRange later =
        new WalRange(TimelineId.FIRST, wal.completeSegments().get(1).start(), wal.end());
    assertEquals(8, archive.index().condensed(later).size());
    assertEquals(new WalIndex.Update(0, 0, 0), archive.index().update());
    assertEquals(3, index().size(), "one group and one segment: " + index());
    assertEquals(9, points(archive.index().segments(all(wal))));
  }

  @Tag("long")
  @Test
  void anUpdateCondensesWhatSinglePushesLeft() throws IOException {
    GeneratedWal wal = wal(512, 9);
    // one process each, as with archive_command
    for (var segment : wal.completeSegments()) {
      wal.archiveInto(archive(wal, ArchiveSettings.defaults()), segment::equals);
    }
    assertEquals(9, index().size());
    ArchiveStore archive = archive(wal, ArchiveSettings.defaults());
    assertEquals(new WalIndex.Update(0, 1, 0), archive.index().update());
    assertEquals(3, index().size(), index().toString());
    assertEquals(9, points(archive.index().condensed(all(wal))));
  }

  @Test
  void aSegmentThatCannotBeReadDoesNotEndAnUpdate() throws IOException {
    GeneratedWal wal = wal(1, 3);
    ArchiveStore archive = archive(wal, ArchiveSettings.defaults().indexing(false));
    wal.archiveInto(archive);
    String damaged =
        storage.list("", "", 100).stream()
            .map(StoredObject::name)
            .filter(name -> name.contains(wal.completeSegments().get(1).toString()))
            .findFirst()
            .orElseThrow();
    storage.delete(damaged);
    storage.put(damaged, ObjectSource.of(new byte[] {1, 2, 3}));
    assertEquals(new WalIndex.Update(2, 0, 1), archive.index().update());
    assertEquals(2, index().size());
  }

  @Test
  void aFailingIndexKeepsNothingFromBeingArchived() throws IOException {
    GeneratedWal wal = wal(1, 2);
    FaultyStorage faulty = new FaultyStorage(storage, 1);
    ArchiveStore archive =
        ArchiveStore.openOrCreate(faulty, ArchiveSettings.defaults(), wal.cluster());
    for (int i = 0; i < 2; i++) {
      faulty.fail(
          FaultyStorage.Operation.PUT,
          name -> name.contains("/index/"),
          FaultyStorage.Fault.BEFORE_EFFECT);
    }
    wal.archiveInto(archive);
    assertEquals(List.of(), index());
    assertEquals(2, archive.inventory().segmentCount());
  }

  @Test
  void anUnreachableStorageIsNoEmptyIndex() throws IOException {
    GeneratedWal wal = wal(1, 2);
    wal.archiveInto(archive(wal, ArchiveSettings.defaults()));
    FaultyStorage faulty = new FaultyStorage(storage, 1);
    ArchiveStore archive =
        ArchiveStore.openOrCreate(faulty, ArchiveSettings.defaults(), wal.cluster());
    faulty.setUnavailable(true);
    WalIndex index = archive.index();
    assertThrows(StorageUnavailableException.class, () -> index.condensed(all(wal)));
    faulty.setUnavailable(false);
    assertEquals(2, points(index.condensed(all(wal))));
    WalRange beyond = new WalRange(TimelineId.FIRST, wal.end(), wal.end().plus(1 << 20));
    assertThrows(NotArchivedException.class, () -> index.condensed(beyond));
  }
}
