package dev.walden.recovery.points;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimelinePictureTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(
          new SystemIdentifier(4711), WalSegmentSize.ofMegabytes(1), PgVersion.PG_17);

  private final GeneratedWal wal = GeneratedWal.begin(CLUSTER, NOON);
  private final ArchiveStore archive;

  TimelinePictureTest() throws IOException {
    archive = ArchiveStore.openOrCreate(new InMemoryStorage(), ArchiveSettings.defaults(), CLUSTER);
  }

  private static GeneratedRecord write(GeneratedWal timeline, int megabytes) {
    timeline.filler(megabytes << 20);
    GeneratedRecord last = timeline.commit(731, NOON);
    timeline.switchSegment();
    return last;
  }

  private String picture() throws IOException {
    String picture = RecoverablePoints.of(archive).picture();
    for (String line : picture.split("\n")) {
      assertTrue(line.length() <= 80, line);
    }
    return picture;
  }

  @Test
  void forksGapsAndBackupsAreDrawn() throws IOException {
    write(wal, 5);
    wal.backup(NOON).into(archive);
    GeneratedRecord fork = write(wal, 10);
    write(wal, 20);
    wal.backup(NOON).into(archive);
    write(wal, 10);
    wal.archiveInto(archive, segment -> segment.number() < 24 || segment.number() > 29);
    GeneratedWal second = wal.fork().after(fork).promoted(NOON);
    GeneratedRecord again = write(second, 5);
    second.backup(NOON).into(archive);
    write(second, 10);
    second.archiveInto(archive);
    GeneratedWal third = second.fork().after(again).promoted(NOON);
    write(third, 30);
    third.archiveInto(archive);
    assertEquals(
        """
           0/100000                                                            0/3600000
        1  ---------B=================------..........-------------B================>
        2                          \\========B================>
        3                                  \\===========================================>
        = recoverable   - archived, but no backup leads there   . missing   x damaged
        B a base backup is consistent   \\ the timeline begins   > the WAL ends
        """,
        picture());
  }

  @Test
  void twentyTimelinesAreStillReadable() throws IOException {
    wal.backup(NOON).into(archive);
    GeneratedWal parent = wal;
    GeneratedRecord fork = write(wal, 3);
    wal.archiveInto(archive);
    for (int number = 2; number <= 20; number++) {
      GeneratedWal child =
          parent.fork().after(fork).timeline(new TimelineId(number)).promoted(NOON);
      GeneratedRecord last = write(child, 2 + number % 4);
      child.archiveInto(archive);
      if (number % 3 != 0) {
        parent = child;
        fork = last;
      }
    }
    String[] lines = picture().split("\n");
    assertEquals(23, lines.length);
    assertTrue(lines[20].matches("20 +\\\\=+>"), lines[20]);
  }
}
