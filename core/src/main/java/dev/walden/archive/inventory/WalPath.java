package dev.walden.archive.inventory;

import dev.walden.backup.WalRange;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineHistory.Ancestor;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The archived WAL along the way to a timeline. For each segment number one timeline's file is the
 * right one: the newest whose first segment has this number or a lower one. It holds all that
 * segment's bytes on the way, also those of the timelines that were left inside it.
 *
 * <p>Source: {@code XLogFileReadAnyTLI} in {@code src/backend/access/transam/xlogrecovery.c}.
 */
public final class WalPath {
  private final WalInventory wal;
  private final TimelineHistory history;
  private final WalSegmentSize size;
  private final List<WalRange> ranges = new ArrayList<>();
  private final List<RecordedGap> gaps;

  /**
   * How far the WAL goes on from some position.
   *
   * @param ranges what there is without a gap, in order, of one timeline each; the first begins
   *     with the segment that holds the position
   * @param end where the first missing segment starts, or where the pieces end of a segment that is
   *     not whole
   * @param next what lies behind the gap, if anything does
   * @param recorded what was noted when the WAL at the end was found to be missing
   */
  public record Reach(
      List<WalRange> ranges, Lsn end, Optional<WalRange> next, Optional<RecordedGap> recorded) {}

  public WalPath(WalInventory wal, TimelineHistory history) {
    this.wal = wal;
    this.history = history;
    this.size = wal.cluster().segmentSize();
    this.gaps = wal.gaps();
    for (Ancestor ancestor : history.ancestors()) {
      add(ancestor.timeline());
    }
    add(history.timeline());
  }

  /** Adds the segments for which this timeline's file is the right one. */
  private void add(TimelineId timeline) {
    Lsn from = history.begin(timeline).map(size::floor).orElse(Lsn.ZERO);
    Optional<Lsn> to = history.end(timeline).map(size::floor);
    for (WalRange range : wal.ranges(timeline)) {
      Lsn start = Lsn.max(range.start(), from);
      // of a timeline that goes on, the beginning of a segment is none of the way
      Lsn end = to.isPresent() ? size.floor(Lsn.min(range.end(), to.get())) : range.end();
      if (start.isBefore(end)) {
        ranges.add(new WalRange(timeline, start, end));
      }
    }
  }

  /** What there is along the way, in order, of one timeline each, with whatever gaps. */
  public List<WalRange> ranges() {
    return List.copyOf(ranges);
  }

  /** How far the WAL goes from the segment that holds {@code start}. */
  public Reach from(Lsn start) {
    List<WalRange> reached = new ArrayList<>();
    Lsn end = size.floor(start);
    for (WalRange range : ranges) {
      if (range.start().isAfter(end)) {
        return new Reach(reached, end, Optional.of(range), recorded(end));
      }
      if (range.end().isAfter(end)) {
        reached.add(new WalRange(range.timeline(), end, range.end()));
        end = range.end();
      }
    }
    return new Reach(reached, end, Optional.empty(), recorded(end));
  }

  /**
   * The segments that are missing along the way, whether that is recorded or not, in order; each
   * range of the one timeline whose files are the right ones there.
   *
   * @param from the start of a segment
   * @param to the start of a segment
   */
  public List<WalRange> missing(Lsn from, Lsn to) {
    List<WalRange> missing = new ArrayList<>();
    Lsn at = from;
    while (at.isBefore(to)) {
      Reach reach = from(at);
      at = size.floor(reach.end());
      Lsn end = Lsn.min(reach.next().map(WalRange::start).orElse(to), to);
      while (at.isBefore(end)) {
        TimelineId timeline = segment(at).timeline();
        WalRange range = new WalRange(timeline, at, Lsn.min(end, end(timeline, end)));
        missing.add(range);
        at = range.end();
      }
    }
    return missing;
  }

  /** What is {@link #missing} and not recorded. */
  public List<WalRange> unrecorded(Lsn from, Lsn to) {
    List<WalRange> unrecorded = new ArrayList<>();
    for (WalRange range : missing(from, to)) {
      Lsn at = range.start();
      for (RecordedGap gap : gaps) {
        WalRange noted = gap.range();
        if (noted.timeline().equals(range.timeline()) && noted.end().isAfter(at)) {
          Lsn end = Lsn.min(noted.start(), range.end());
          if (at.isBefore(end)) {
            unrecorded.add(new WalRange(range.timeline(), at, end));
          }
          at = noted.end();
        }
      }
      if (at.isBefore(range.end())) {
        unrecorded.add(new WalRange(range.timeline(), at, range.end()));
      }
    }
    return unrecorded;
  }

  /**
   * The start of the first segment that is missing from the one on that holds {@code from}, but for
   * those whose loss is recorded.
   */
  public Lsn firstUnrecorded(Lsn from) {
    Reach reach = from(from);
    while (reach.recorded().isPresent()) {
      WalRange gap = reach.recorded().get().range();
      reach = from(Lsn.min(gap.end(), end(gap.timeline(), gap.end())));
    }
    return reach.end();
  }

  private Lsn end(TimelineId timeline, Lsn otherwise) {
    return history.end(timeline).map(size::floor).orElse(otherwise);
  }

  private Optional<RecordedGap> recorded(Lsn missing) {
    if (gaps.isEmpty()) {
      return Optional.empty();
    }
    TimelineId timeline = segment(missing).timeline();
    return gaps.stream()
        .filter(gap -> gap.range().timeline().equals(timeline))
        .filter(gap -> !gap.range().start().isAfter(missing))
        .filter(gap -> gap.range().end().isAfter(missing))
        .findFirst();
  }

  /** The file that belongs at the segment that holds {@code lsn}. */
  public WalSegment segment(Lsn lsn) {
    // a timeline left or begun inside the segment gives way to the one that holds its last byte
    Lsn last = size.floor(lsn).plus(size.bytes() - 1L);
    return WalSegment.containing(history.timelineAt(last), lsn, size);
  }

  /**
   * The files that PostgreSQL asks for at the end of the reach, one after the other until there is
   * one: the right one, then those of older timelines. None where the reach ends within a segment,
   * which was asked for before.
   */
  public List<WalSegment> asked(Reach reach) {
    if (!size.floor(reach.end()).equals(reach.end())) {
      return List.of();
    }
    WalSegment missing = segment(reach.end());
    TimelineId lowest =
        reach.ranges().isEmpty()
            ? TimelineId.FIRST
            : reach.ranges().get(reach.ranges().size() - 1).timeline();
    List<WalSegment> asked = new ArrayList<>(List.of(missing));
    history.ancestors().stream()
        .map(Ancestor::timeline)
        .filter(t -> t.compareTo(lowest) >= 0 && t.compareTo(missing.timeline()) < 0)
        .filter(t -> history.begin(t).map(b -> b.isBefore(missing.end())).orElse(true))
        .forEach(t -> asked.add(1, new WalSegment(t, missing.number(), size)));
    return asked;
  }

  /**
   * The file of an older timeline that PostgreSQL would take, wrongly, at the end of the reach,
   * because the right one is not there.
   */
  public Optional<WalSegment> impostor(Reach reach) {
    return asked(reach).stream().skip(1).filter(wal::contains).findFirst();
  }
}
