package dev.walden.recovery.points;

import dev.walden.recovery.path.ReplayableWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineHistory.Ancestor;
import dev.walden.wal.TimelineId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The records of one timeline within WAL without a gap.
 *
 * @param along the timeline that the path leads to
 * @param from where they begin
 * @param until those that begin here or later do not belong to it
 */
record TimelineSection(
    ReplayableWal wal, TimelineId timeline, TimelineId along, Lsn from, Lsn until) {
  private static final Lsn LAST = new Lsn(-1);

  /** Cuts paths into sections, and leaves out what an earlier one has. */
  static final class Cut {
    private final Map<TimelineId, List<Span>> taken = new TreeMap<>();

    /** The sections of a path that no earlier path had, in order. */
    List<TimelineSection> of(TimelineHistory history, List<ReplayableWal> replayable) {
      List<TimelineId> timelines = new ArrayList<>();
      history.ancestors().stream().map(Ancestor::timeline).forEach(timelines::add);
      timelines.add(history.timeline());
      List<TimelineSection> sections = new ArrayList<>();
      for (ReplayableWal wal : replayable) {
        for (TimelineId timeline : timelines) {
          Lsn from = Lsn.max(wal.start(), history.begin(timeline).orElse(Lsn.ZERO));
          Lsn until = Lsn.min(wal.end(), history.end(timeline).orElse(LAST));
          for (Span span : left(timeline, new Span(from, until))) {
            sections.add(
                new TimelineSection(wal, timeline, history.timeline(), span.from(), span.until()));
          }
        }
      }
      for (TimelineSection section : sections) {
        taken
            .computeIfAbsent(section.timeline(), any -> new ArrayList<>())
            .add(new Span(section.from(), section.until()));
      }
      return sections;
    }

    private List<Span> left(TimelineId timeline, Span all) {
      List<Span> left = List.of(all);
      for (Span other : taken.getOrDefault(timeline, List.of())) {
        left = left.stream().flatMap(span -> span.without(other).stream()).toList();
      }
      return left.stream().filter(span -> span.from().isBefore(span.until())).toList();
    }
  }

  private record Span(Lsn from, Lsn until) {
    List<Span> without(Span other) {
      return List.of(
          new Span(from, Lsn.min(until, other.from)), new Span(Lsn.max(from, other.until), until));
    }
  }

  boolean contains(Lsn lsn) {
    return !lsn.isBefore(from) && lsn.isBefore(until);
  }

  /** Where a record lies, before which recovery is to stop. */
  WalPlace before(Lsn lsn) {
    return place(lsn, lsn);
  }

  /**
   * Where a record lies, and whether recovery can get there.
   *
   * @param stop where it is to stop
   */
  WalPlace place(Lsn lsn, Lsn stop) {
    boolean reachable =
        wal.backups().stream()
            .anyMatch(b -> !lsn.isBefore(b.startLsn()) && !stop.isBefore(b.endLsn()));
    return new WalPlace(timeline, along, lsn, reachable);
  }
}
