package dev.walden.recovery.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.archive.inventory.WalInventory;
import dev.walden.recovery.plan.PlanWorld;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SegmentRequestsTest {
  private static final long HALF = PlanWorld.SEGMENT / 2;

  /** 1 left in segment 5 for 2, that in segment 7 for 3; segment 5 of timeline 2 is missing. */
  private final WalInventory wal =
      new PlanWorld()
          .timeline(1, 5L * PlanWorld.SEGMENT + HALF)
          .timeline(2, 7L * PlanWorld.SEGMENT + HALF)
          .segments(1, 3, 6)
          .segments(2, 6, 7)
          .segments(3, 7, 9)
          .contents()
          .wal();

  private final SegmentRequests requests =
      new SegmentRequests(
          new Delivered(wal, WalDelivery.COPY, Set.of(), Set.of()),
          wal.history(new TimelineId(3)).orElseThrow());

  private static String name(int timeline, int segment) {
    return String.format("%08X00000000%08X", timeline, segment);
  }

  private List<String> opening(long number) {
    requests.open(number);
    return taken();
  }

  private List<String> taken() {
    return requests.take().stream().map(WalFileName::toString).toList();
  }

  @Test
  void theNewestTimelineThatReachesBackIsAskedFirst() {
    assertEquals(List.of(name(1, 4)), opening(4));
    assertEquals(List.of(name(2, 5), name(1, 5)), opening(5));
    assertEquals(List.of(name(2, 6)), opening(6));
    assertEquals(List.of(name(3, 7)), opening(7));
    assertEquals(List.of(), opening(7), "it is open");
  }

  @Test
  void itNeverGoesBackToAnOlderTimelineButByAJump() {
    assertEquals(List.of(name(2, 6)), opening(6));
    assertEquals(List.of(name(2, 5)), opening(5), "nothing older than timeline 2");
    requests.jump();
    assertEquals(List.of(name(2, 5), name(1, 5)), opening(5));
  }

  @Test
  void aJumpWithinTheOpenSegmentChangesNothing() {
    assertEquals(List.of(name(2, 6)), opening(6));
    requests.jump();
    assertEquals(List.of(), opening(6));
    requests.goOn();
    assertEquals(List.of(name(2, 5)), opening(5));
  }

  @Test
  void whatOnlyTheReaderLookedForIsForgotten() {
    requests.open(8);
    requests.open(9);
    requests.forgetProbe();
    assertEquals(List.of(name(3, 8)), taken());
    assertEquals(8, requests.current());
  }

  @Test
  void theFirstSegmentIsNoProbe() {
    requests.open(9);
    requests.forgetProbe();
    assertEquals(List.of(name(3, 9)), taken());
  }

  @Test
  void whatIsMissingIsAskedForOnEachTimeline() {
    assertEquals(List.of(name(3, 10), name(2, 10), name(1, 10)), opening(10));
    assertEquals(-1, requests.current());
  }
}
