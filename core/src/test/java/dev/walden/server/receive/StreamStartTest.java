package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.walden.ArchiveConflictException;
import dev.walden.CorruptFileException;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamStartTest {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(1), SIZE, PgVersion.PG_17);

  private final WalInventory.Builder archived = new WalInventory.Builder(CLUSTER);

  private void holds(long timeline, long... numbers) {
    for (long number : numbers) {
      archived.segment(new WalSegment(new TimelineId(timeline), number, SIZE), 1);
    }
  }

  private void lost(long from, long to) {
    WalRange range = new WalRange(TimelineId.FIRST, SIZE.startOf(from), SIZE.startOf(to));
    archived.gap(new RecordedGap(range, Instant.EPOCH, "lost"));
  }

  private static TimelineHistory history(long timeline, String content)
      throws CorruptFileException {
    return TimelineHistory.parse(
        new TimelineId(timeline), content.getBytes(StandardCharsets.US_ASCII));
  }

  private String start(TimelineHistory server, String kept) throws ArchiveConflictException {
    Optional<Lsn> slot = Optional.ofNullable(kept).map(Lsn::parse);
    return StreamStart.afterArchived(archived.build(), server, slot)
        .map(s -> s.timeline() + " " + s.lsn())
        .orElse("nothing");
  }

  @Test
  void anEmptyArchiveHasNoEnd() throws Exception {
    assertEquals("nothing", start(TimelineHistory.first(), "0/300028"));
  }

  @Test
  void goesOnAfterTheLastSegment() throws Exception {
    holds(1, 3, 4, 5);
    assertEquals("1 0/600000", start(TimelineHistory.first(), "0/600000"));
    assertEquals("1 0/600000", start(TimelineHistory.first(), null));
  }

  @Test
  void fillsAGapThatTheSlotStillKeeps() throws Exception {
    holds(1, 3, 4, 6, 7);
    assertEquals("1 0/500000", start(TimelineHistory.first(), "0/500000"));
    assertEquals("1 0/500000", start(TimelineHistory.first(), "0/4FFFFF"));
    assertEquals("1 0/500000", start(TimelineHistory.first(), null));
  }

  @Test
  void neverJumpsForwardToTheSlot() throws Exception {
    holds(1, 3, 4);
    assertEquals("1 0/500000", start(TimelineHistory.first(), "0/900000"));
  }

  @Test
  void whatTheSlotNoLongerKeepsIsNotAskedForAgain() throws Exception {
    holds(1, 3, 5, 6);
    assertEquals("1 0/700000", start(TimelineHistory.first(), "0/600000"));
  }

  @Test
  void passesOverWhatIsRecordedAsLost() throws Exception {
    holds(1, 3, 4, 6, 7);
    lost(5, 6);
    assertEquals("1 0/800000", start(TimelineHistory.first(), "0/500000"));
    lost(8, 12);
    assertEquals("1 0/C00000", start(TimelineHistory.first(), "0/500000"));
    assertEquals("1 0/C00000", start(TimelineHistory.first(), null));
    assertEquals("2 0/A00000", start(history(2, "1\t0/A80000\tx\n"), null));
    holds(1, 13);
    assertEquals("1 0/C00000", start(TimelineHistory.first(), null));
  }

  @Test
  void turnsToTheChildWhereTheTimelineEnded() throws Exception {
    holds(1, 3, 4, 5, 6, 7, 8);
    assertEquals("2 0/600000", start(history(2, "1\t0/680000\tx\n"), null));
    assertEquals("2 0/700000", start(history(2, "1\t0/700000\tx\n"), null));
    holds(2, 6);
    assertEquals("2 0/700000", start(history(2, "1\t0/680000\tx\n"), null));
  }

  @Test
  void passesATimelineThatIsAllInOneSegment() throws Exception {
    holds(1, 3, 4, 5);
    assertEquals("3 0/600000", start(history(3, "1\t0/610000\tx\n2\t0/620000\tx\n"), null));
  }

  @Test
  void refusesAnotherBranch() {
    holds(2, 3, 4);
    assertThrows(ArchiveConflictException.class, () -> start(history(3, "1\t0/200000\tx\n"), null));
  }

  @Test
  void continuesInMemoryOnTheServersPath() throws Exception {
    TimelineHistory server = history(3, "1\t0/680000\tx\n2\t0/800000\tx\n");
    assertEquals(
        new StreamStart(new TimelineId(1), Lsn.parse("0/500000")),
        StreamStart.afterReceived(TimelineId.FIRST, Lsn.parse("0/500000"), server, SIZE));
    assertEquals(
        new StreamStart(new TimelineId(2), Lsn.parse("0/600000")),
        StreamStart.afterReceived(TimelineId.FIRST, Lsn.parse("0/900000"), server, SIZE));
    assertEquals(
        new StreamStart(new TimelineId(3), Lsn.parse("0/800000")),
        StreamStart.afterReceived(new TimelineId(2), Lsn.parse("0/900000"), server, SIZE));
    assertEquals(
        new StreamStart(new TimelineId(3), Lsn.parse("0/900000")),
        StreamStart.afterReceived(new TimelineId(3), Lsn.parse("0/900000"), server, SIZE));
    assertThrows(
        ArchiveConflictException.class,
        () -> StreamStart.afterReceived(new TimelineId(4), Lsn.parse("0/900000"), server, SIZE));
  }
}
