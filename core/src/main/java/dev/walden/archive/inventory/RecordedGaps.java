package dev.walden.archive.inventory;

import dev.walden.backup.WalRange;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The notes of missing WAL, in the order in which they were recorded. */
record RecordedGaps(List<RecordedGap> recorded) {
  RecordedGaps {
    recorded = List.copyOf(recorded);
  }

  /**
   * What was recorded as missing and is missing, in order, none of it twice.
   *
   * @param held what there is of a timeline
   */
  List<RecordedGap> missing(Function<TimelineId, List<WalRange>> held) {
    List<RecordedGap> gaps = new ArrayList<>();
    Map<TimelineId, List<WalRange>> known = new TreeMap<>();
    for (RecordedGap gap : recorded) {
      List<WalRange> ofTimeline =
          known.computeIfAbsent(
              gap.range().timeline(), timeline -> new ArrayList<>(held.apply(timeline)));
      List<WalRange> missing = without(gap.range(), ofTimeline);
      missing.forEach(part -> gaps.add(gap.over(part)));
      ofTimeline.addAll(missing);
    }
    gaps.sort(
        Comparator.comparing((RecordedGap gap) -> gap.range().timeline())
            .thenComparing(gap -> gap.range().start()));
    return gaps;
  }

  private static List<WalRange> without(WalRange range, List<WalRange> known) {
    List<WalRange> left = List.of(range);
    for (WalRange other : known) {
      List<WalRange> next = new ArrayList<>();
      for (WalRange part : left) {
        Lsn until = Lsn.min(part.end(), other.start());
        Lsn from = Lsn.max(part.start(), other.end());
        if (!part.start().isBefore(other.end()) || !other.start().isBefore(part.end())) {
          next.add(part);
          continue;
        }
        if (part.start().isBefore(until)) {
          next.add(new WalRange(part.timeline(), part.start(), until));
        }
        if (from.isBefore(part.end())) {
          next.add(new WalRange(part.timeline(), from, part.end()));
        }
      }
      left = next;
    }
    return left;
  }
}
