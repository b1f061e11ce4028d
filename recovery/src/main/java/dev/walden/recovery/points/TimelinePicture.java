package dev.walden.recovery.points;

import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.recovery.RecoverableRange;
import dev.walden.recovery.WalGap;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory.Ancestor;
import dev.walden.wal.TimelineId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Timelines in characters, to scale by LSN: a line for each, which begins below the point where it
 * left another one.
 */
final class TimelinePicture {
  private static final int COLUMNS = 80;
  private static final String LEGEND =
      "= recoverable   - archived, but no backup leads there   . missing   x damaged\n"
          + "B a base backup is consistent   \\ the timeline begins   > the WAL ends\n";

  private final List<TimelineCoverage> timelines;
  private final int label;
  private final int width;
  private final Lsn first;
  private final Lsn last;
  private final Map<TimelineId, Integer> rows = new TreeMap<>();

  TimelinePicture(List<TimelineCoverage> timelines) {
    this.timelines = timelines;
    this.label =
        timelines.stream().mapToInt(t -> t.timeline().toString().length()).max().orElse(1) + 2;
    this.width = COLUMNS - label;
    this.first = ends(timelines).min(Lsn::compareTo).orElse(Lsn.ZERO);
    this.last = ends(timelines).max(Lsn::compareTo).orElse(Lsn.ZERO);
  }

  private static Stream<Lsn> ends(List<TimelineCoverage> timelines) {
    return timelines.stream()
        .flatMap(
            t ->
                Stream.concat(
                    t.fork().map(Ancestor::switchPoint).stream(),
                    Stream.concat(
                        t.wal().stream().flatMap(TimelinePicture::ends),
                        t.gaps().stream().map(WalGap::range).flatMap(TimelinePicture::ends))));
  }

  private static Stream<Lsn> ends(WalRange range) {
    return Stream.of(range.start(), range.end());
  }

  /** One line for each timeline, with a scale above and a legend below. */
  String draw() {
    if (first.equals(last)) {
      return "The archive holds no WAL.\n";
    }
    List<char[]> lines = new ArrayList<>();
    for (TimelineCoverage timeline : timelines) {
      rows.put(timeline.timeline(), lines.size());
      lines.add(line(timeline));
      timeline.fork().ifPresent(fork -> connect(lines, fork));
    }
    StringBuilder picture = new StringBuilder(" ".repeat(label));
    picture.append(first);
    picture.append(" ".repeat(Math.max(1, width - first.toString().length() - end().length())));
    picture.append(end()).append('\n');
    for (int i = 0; i < lines.size(); i++) {
      String number = timelines.get(i).timeline().toString();
      String drawn = number + " ".repeat(label - number.length()) + new String(lines.get(i));
      picture.append(drawn.stripTrailing()).append('\n');
    }
    return picture.append(LEGEND).toString();
  }

  private String end() {
    return last.toString();
  }

  private int column(Lsn lsn) {
    double share = (double) lsn.minus(first) / last.minus(first);
    return (int) Math.min(width - 1L, Math.max(0, Math.round(share * (width - 1))));
  }

  private char[] line(TimelineCoverage timeline) {
    char[] line = new char[width];
    Arrays.fill(line, ' ');
    Lsn begin = timeline.fork().map(Ancestor::switchPoint).orElse(Lsn.ZERO);
    // also where a record is that continues in the gap
    own(timeline).ifPresent(own -> fill(line, begin, own.start(), own.end(), '-'));
    timeline.ranges().forEach(range -> fill(line, begin, range.start(), range.end(), '='));
    for (WalGap gap : timeline.gaps()) {
      char mark = gap.kind() == WalGap.Kind.MISSING ? '.' : 'x';
      fill(line, begin, gap.range().start(), gap.range().end(), mark);
    }
    int used = timeline.fork().isPresent() ? column(begin) : -1;
    for (RecoverableRange range : timeline.ranges()) {
      for (BaseBackup backup : range.backups()) {
        if (!backup.endLsn().isBefore(begin)) {
          used = Math.min(width - 1, Math.max(column(backup.endLsn()), used + 1));
          line[used] = 'B';
        }
      }
    }
    end(timeline, begin).ifPresent(end -> mark(line, column(end), '>'));
    timeline.fork().ifPresent(fork -> line[column(begin)] = '\\');
    return line;
  }

  /** From the first valid WAL to the last, or to the last gap. */
  private static Optional<WalRange> own(TimelineCoverage timeline) {
    Optional<Lsn> start = timeline.wal().stream().findFirst().map(WalRange::start);
    return start.map(
        from ->
            new WalRange(
                timeline.timeline(),
                from,
                Stream.concat(
                        timeline.wal().stream().map(WalRange::end),
                        timeline.gaps().stream().map(gap -> gap.range().start()))
                    .max(Lsn::compareTo)
                    .orElse(from)));
  }

  private void fill(char[] line, Lsn begin, Lsn from, Lsn to, char mark) {
    if (to.isAfter(begin)) {
      Arrays.fill(line, column(Lsn.max(begin, from)), column(to) + 1, mark);
    }
  }

  /** Where the last valid WAL of the timeline itself ends. */
  private static Optional<Lsn> end(TimelineCoverage timeline, Lsn begin) {
    return timeline.wal().stream()
        .map(WalRange::end)
        .filter(end -> end.isAfter(begin))
        .max(Lsn::compareTo);
  }

  /** Puts a mark at its column, or after what is marked there. */
  private void mark(char[] line, int column, char mark) {
    int at = column;
    while (at < width - 1 && (line[at] == 'B' || line[at] == '\\')) {
      at++;
    }
    line[at] = mark;
  }

  /** Leads from the point where a timeline was left down to the one that begins there. */
  private void connect(List<char[]> lines, Ancestor fork) {
    Integer parent = rows.get(fork.timeline());
    int column = column(fork.switchPoint());
    for (int row = parent == null ? lines.size() : parent + 1; row < lines.size() - 1; row++) {
      if (lines.get(row)[column] == ' ') {
        lines.get(row)[column] = '|';
      }
    }
  }
}
