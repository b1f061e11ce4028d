package dev.walden.wal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

/** The values of this package, for properties. */
class WalArbitraries extends DomainContextBase {

  /** A timeline and a history file of it. */
  record HistoryFile(TimelineId timeline, List<TimelineHistory.Ancestor> ancestors, String text) {
    byte[] bytes() {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  @Provide
  Arbitrary<Lsn> lsns() {
    return Arbitraries.longs().map(Lsn::new);
  }

  @Provide
  Arbitrary<TimelineId> timelines() {
    return Arbitraries.longs().between(1, 0xFFFFFFFFL).map(TimelineId::new);
  }

  @Provide
  Arbitrary<WalSegmentSize> sizes() {
    return Arbitraries.integers().between(20, 30).map(shift -> new WalSegmentSize(1 << shift));
  }

  @Provide
  Arbitrary<WalSegment> segments() {
    return Combinators.combine(timelines(), lsns(), sizes()).as(WalSegment::containing);
  }

  @Provide
  Arbitrary<WalFileName> names() {
    Arbitrary<WalFileName.Segment> segments = segments().map(WalSegment::fileName);
    Arbitrary<Long> offsets = Arbitraries.longs().between(0, 0xFFFFFFFFL);
    return Arbitraries.oneOf(
        segments,
        segments.map(WalFileName.Partial::new),
        timelines().map(WalFileName.History::new),
        Combinators.combine(segments, offsets).as(WalFileName.BackupHistory::new));
  }

  @Provide
  Arbitrary<HistoryFile> historyFiles() {
    Arbitrary<List<Long>> ids =
        Arbitraries.longs().between(1, 0xFFFFFFFFL).list().uniqueElements().ofSize(12);
    // few positions, so that they are equal, increasing and decreasing
    Arbitrary<List<Lsn>> positions =
        Arbitraries.longs().between(1, 20).map(Lsn::new).list().ofSize(11);
    Arbitrary<List<String>> separators =
        Arbitraries.of("", "\n", "# old\n", " \t\n").list().ofSize(11);
    return Combinators.combine(ids, positions, separators, Arbitraries.integers().between(1, 11))
        .as(WalArbitraries::historyFile);
  }

  private static HistoryFile historyFile(
      List<Long> ids, List<Lsn> positions, List<String> separators, int ancestorCount) {
    List<TimelineId> sorted = ids.stream().sorted().map(TimelineId::new).toList();
    List<TimelineHistory.Ancestor> ancestors = new ArrayList<>();
    for (int i = 0; i < ancestorCount; i++) {
      ancestors.add(
          new TimelineHistory.Ancestor(sorted.get(i), positions.get(i), "at restore point " + i));
    }
    String text =
        ancestors.stream()
            .map(
                a ->
                    separators.get(ancestors.indexOf(a))
                        + String.format(
                            Locale.ROOT,
                            "%d\t%s\t%s\n",
                            a.timeline().value(),
                            a.switchPoint(),
                            a.reason()))
            .collect(Collectors.joining());
    return new HistoryFile(sorted.get(ancestorCount), ancestors, text);
  }
}
