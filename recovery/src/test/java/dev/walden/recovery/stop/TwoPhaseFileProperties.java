package dev.walden.recovery.stop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.CorruptFileException;
import dev.walden.archive.inventory.SegmentLookup;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class TwoPhaseFileProperties {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final int SEGMENTS = 8;

  /** The lines of the history files; the file of each timeline has those before it. */
  private final List<String> lines = new ArrayList<>();

  private final List<Lsn> switchPoints = new ArrayList<>();

  private TimelineHistory draw(Random random) throws CorruptFileException {
    lines.clear();
    switchPoints.clear();
    for (int ancestors = random.nextInt(5); ancestors > 0; ancestors--) {
      Lsn at = SIZE.startOf(1 + random.nextInt(SEGMENTS)).plus(random.nextInt(2) * 4096L);
      switchPoints.add(at);
      lines.add(lines.size() + 1 + "\t" + at + "\tno reason\n");
    }
    return history(lines.size() + 1);
  }

  private TimelineHistory history(int timeline) throws CorruptFileException {
    String file = String.join("", lines.subList(0, timeline - 1));
    return timeline == 1
        ? TimelineHistory.first()
        : TimelineHistory.parse(new TimelineId(timeline), file.getBytes(StandardCharsets.US_ASCII));
  }

  /** The history file of the timeline that was reached decides, as {@code tliOfPointInHistory}. */
  @Property
  void looksIntoTheHistoryOfTheTimelineReached(@ForAll long seed) throws CorruptFileException {
    TimelineHistory target = draw(new Random(seed));
    TwoPhaseFile file = new TwoPhaseFile(target, SIZE);
    for (int reached = 1; reached <= lines.size() + 1; reached++) {
      TimelineHistory own = history(reached);
      for (long number = 0; number <= SEGMENTS + 1; number++) {
        Lsn last = SIZE.startOf(number + 1).plus(-1);
        assertEquals(
            new WalSegment(own.timelineAt(last), number, SIZE),
            file.opened(number, own.timeline()),
            target + " at " + reached);
      }
    }
  }

  /**
   * A plan goes by this, without replaying: the file is missed if its timeline is still to come.
   */
  @Property
  void opensTheRightFileOnceItsTimelineIsReached(@ForAll long seed) throws CorruptFileException {
    TimelineHistory target = draw(new Random(seed));
    TwoPhaseFile file = new TwoPhaseFile(target, SIZE);
    for (int reached = 1; reached <= lines.size() + 1; reached++) {
      for (long number = 0; number <= SEGMENTS + 1; number++) {
        WalSegment right = new SegmentLookup(target, SIZE).rightFile(number);
        boolean missed = !file.opened(number, new TimelineId(reached)).equals(right);
        assertEquals(right.timeline().value() > reached, missed, target + " at " + reached);
      }
    }
  }
}
