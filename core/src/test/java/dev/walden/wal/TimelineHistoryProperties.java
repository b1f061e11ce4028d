package dev.walden.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.wal.WalArbitraries.HistoryFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

@Domain(WalArbitraries.class)
@Domain(DomainContext.Global.class)
class TimelineHistoryProperties {

  /** An entry of the list that the server builds: newest first, bounds null where unset. */
  private record Entry(TimelineId timeline, Lsn begin, Lsn end) {}

  @Property
  void readsWhatTheFileSays(@ForAll HistoryFile file) throws CorruptFileException {
    TimelineHistory history = TimelineHistory.parse(file.timeline(), file.bytes());
    assertEquals(file.ancestors(), history.ancestors());
    assertArrayEquals(file.bytes(), history.content());
  }

  @Property
  void looksUpAsTheServerDoes(@ForAll HistoryFile file, @ForAll @LongRange(max = 22) long lsn)
      throws CorruptFileException {
    TimelineHistory history = TimelineHistory.parse(file.timeline(), file.bytes());
    TimelineId expected = null;
    for (Entry e : serverList(file)) {
      if (expected == null
          && (e.begin == null || e.begin.value() <= lsn)
          && (e.end == null || lsn < e.end.value())) {
        expected = e.timeline;
      }
    }
    assertEquals(expected, history.timelineAt(new Lsn(lsn)));
  }

  /** As {@code readTimeLineHistory} builds it. */
  private static List<Entry> serverList(HistoryFile file) {
    List<Entry> list = new ArrayList<>();
    Lsn previousEnd = null;
    for (TimelineHistory.Ancestor a : file.ancestors()) {
      list.add(0, new Entry(a.timeline(), previousEnd, a.switchPoint()));
      previousEnd = a.switchPoint();
    }
    list.add(0, new Entry(file.timeline(), previousEnd, null));
    return list;
  }

  @Property
  void aTimelineHoldsWhatLiesBetweenItsBeginAndItsEnd(
      @ForAll HistoryFile file, @ForAll @LongRange(max = 22) long value)
      throws CorruptFileException {
    TimelineHistory history = TimelineHistory.parse(file.timeline(), file.bytes());
    Lsn lsn = new Lsn(value);
    TimelineId at = history.timelineAt(lsn);
    for (Entry e : serverList(file)) {
      Optional<Lsn> begin = history.begin(e.timeline);
      Optional<Lsn> end = history.end(e.timeline);
      boolean within = begin.filter(lsn::isBefore).isEmpty() && end.map(lsn::isBefore).orElse(true);
      assertEquals(within, at.equals(e.timeline), "timeline " + e.timeline);
    }
  }

  @Property
  void childrenLeadFromTheOldestToTheOwn(@ForAll HistoryFile file) throws CorruptFileException {
    TimelineHistory history = TimelineHistory.parse(file.timeline(), file.bytes());
    Optional<TimelineId> next = Optional.of(file.ancestors().get(0).timeline());
    for (TimelineHistory.Ancestor a : file.ancestors()) {
      assertEquals(Optional.of(a.timeline()), next);
      assertEquals(Optional.of(a.switchPoint()), history.switchPoint(a.timeline()));
      next = history.child(a.timeline());
    }
    assertEquals(Optional.of(file.timeline()), next);
    assertEquals(Optional.empty(), history.child(file.timeline()));
    assertEquals(Optional.empty(), history.switchPoint(file.timeline()));
  }

  @Property
  void junkIsReadOrRefusedByType(@ForAll TimelineId timeline, @ForAll byte[] junk) {
    readOrRefused(timeline, junk);
  }

  @Property
  void damageIsReadOrRefusedByType(
      @ForAll HistoryFile file, @ForAll byte damage, @ForAll @IntRange(max = 10_000) int at) {
    byte[] damaged = file.bytes();
    damaged[at % damaged.length] = damage;
    readOrRefused(file.timeline(), damaged);
  }

  private static void readOrRefused(TimelineId timeline, byte[] content) {
    try {
      TimelineHistory history = TimelineHistory.parse(timeline, content);
      assertTrue(history.contains(history.timelineAt(Lsn.ZERO)));
    } catch (CorruptFileException e) {
      assertEquals(timeline.hex() + ".history", e.file());
      assertTrue(e.offset() < content.length);
    }
  }
}
