package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpoolResumePointTest {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final TimelineHistory ONE = TimelineHistory.first();

  private static WalSegment segment(long timeline, long number) {
    return new WalSegment(new TimelineId(timeline), number, SIZE);
  }

  private static Optional<StreamStart> start(long timeline, long number) {
    return Optional.of(new StreamStart(new TimelineId(timeline), SIZE.startOf(number)));
  }

  private static Optional<StreamStart> next(
      List<WalSegment> complete, List<WalSegment> begun, TimelineHistory server, Lsn kept)
      throws Exception {
    return new SpoolResumePoint(complete, begun).next(server, Optional.ofNullable(kept));
  }

  @Test
  void goesOnBehindTheLastCompleteSegment() throws Exception {
    List<WalSegment> complete = List.of(segment(1, 5), segment(1, 7));
    assertEquals(start(1, 8), next(complete, List.of(segment(1, 8)), ONE, null));
    assertEquals(start(1, 8), next(complete, List.of(), ONE, SIZE.startOf(8).plus(99)));
  }

  @Test
  void goesOnWithTheFirstOfSeveralBeginnings() throws Exception {
    List<WalSegment> begun = List.of(segment(1, 8), segment(1, 9));
    assertEquals(start(1, 8), next(List.of(), begun, ONE, null));
  }

  @Test
  void anEmptySpoolTellsNothing() throws Exception {
    assertEquals(Optional.empty(), next(List.of(), List.of(), ONE, null));
  }

  @Test
  void aSpoolThatEndsBeforeWhatWasAcknowledgedTellsNothing() throws Exception {
    assertEquals(Optional.empty(), next(List.of(), List.of(segment(1, 8)), ONE, SIZE.startOf(9)));
  }

  @Test
  void followsTheServersHistory() throws Exception {
    String line = "1\t" + SIZE.startOf(9).plus(100) + "\tno recovery target specified\n";
    TimelineHistory two =
        TimelineHistory.parse(new TimelineId(2), line.getBytes(StandardCharsets.US_ASCII));
    assertEquals(start(1, 8), next(List.of(), List.of(segment(1, 8)), two, null));
    assertEquals(start(2, 9), next(List.of(segment(1, 9)), List.of(), two, null));
    List<WalSegment> begun = List.of(segment(1, 8), segment(2, 9));
    assertEquals(start(2, 9), next(List.of(), begun, two, null));
    assertEquals(Optional.empty(), next(List.of(), begun, ONE, null));
  }
}
