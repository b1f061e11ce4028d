package dev.walden.archive.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WalInventoryTest {
  private static final WalSegmentSize SIZE = new WalSegmentSize(1 << 20);
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(1), SIZE, PgVersion.PG_17);

  private final WalInventory.Builder archived = new WalInventory.Builder(CLUSTER);

  private static WalSegment segment(long number) {
    return new WalSegment(TimelineId.FIRST, number, SIZE);
  }

  private static WalRange range(Lsn start, Lsn end) {
    return new WalRange(TimelineId.FIRST, start, end);
  }

  private void holds(long... numbers) {
    for (long number : numbers) {
      archived.segment(segment(number), 1);
    }
  }

  @Test
  void findsTheNextOfAMillionSegmentsAtOnce() {
    int count = 1_000_000;
    for (int i = 0; i < count; i++) {
      holds(2L * i);
    }
    WalInventory inventory = archived.build();
    // looking at every segment each time would take minutes
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < count - 1; i++) {
            assertEquals(2L * i + 2, inventory.next(segment(2L * i)).orElseThrow().number());
          }
        });
    assertEquals(Optional.empty(), inventory.next(segment(2L * count - 2)));
  }

  @Test
  void countsPiecesAmongTheNext() {
    holds(3, 7);
    archived.tailPiece(segment(5), 0, 100, 1);
    archived.tailPiece(segment(9), 0, 100, 1);
    archived.tailPiece(new WalSegment(new TimelineId(2), 4, SIZE), 0, 100, 1);
    WalInventory inventory = archived.build();
    assertEquals(Optional.of(segment(5)), inventory.next(segment(3)));
    assertEquals(Optional.of(segment(7)), inventory.next(segment(5)));
    assertEquals(Optional.of(segment(9)), inventory.next(segment(7)));
    assertEquals(Optional.empty(), inventory.next(segment(9)));
    assertEquals(Optional.empty(), inventory.next(new WalSegment(new TimelineId(3), 1, SIZE)));
  }

  @Test
  void endsWhereThePiecesOfTheLastSegmentEnd() {
    holds(3, 4);
    archived.tailPiece(segment(5), 0, 100, 1);
    WalInventory inventory = archived.build();
    assertEquals(
        List.of(range(SIZE.startOf(3), SIZE.startOf(5))), inventory.ranges(TimelineId.FIRST));
    WalInventory all = inventory.withTails();
    assertEquals(
        List.of(range(SIZE.startOf(3), SIZE.startOf(5).plus(100))), all.ranges(TimelineId.FIRST));
    // what arrives after it does not make it whole
    assertEquals(
        List.of(
            range(SIZE.startOf(3), SIZE.startOf(5).plus(100)),
            range(SIZE.startOf(6), SIZE.startOf(8))),
        all.with(List.of(segment(7), segment(6))).ranges(TimelineId.FIRST));
  }

  @Test
  void takesPiecesInTheMiddleOnlyIfNothingIsMissing() {
    holds(3, 6);
    archived.tailPiece(segment(4), 0, SIZE.bytes(), 1);
    archived.tailPiece(segment(5), 0, SIZE.bytes() - 1, 1);
    WalInventory all = archived.build().withTails();
    assertEquals(
        List.of(range(SIZE.startOf(3), SIZE.startOf(5)), range(SIZE.startOf(6), SIZE.startOf(7))),
        all.ranges(TimelineId.FIRST));
    assertEquals(3, all.segmentCount());
  }
}
