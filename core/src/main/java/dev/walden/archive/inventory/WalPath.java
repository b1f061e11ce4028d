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
 * The archived WAL along the history of a timeline. For each segment number one timeline's file is
 * the right one; see {@link SegmentLookup}.
 */
public final class WalPath {
  private final WalInventory wal;
  private final TimelineHistory history;
  private final WalSegmentSize size;
  private final SegmentLookup lookup;
  private final List<WalRange> ranges = new ArrayList<>();
  private final List<RecordedGap> gaps;

  /**
   * The WAL that follows a position without a gap.
   *
   * @param ranges in order, of one timeline each; the first begins with the segment that holds the
   *     position
   * @param end where the first missing segment starts, or where the pieces end of a segment that is
   *     not whole
   * @param next the WAL after the gap, if there is any
   * @param recorded what was noted when the WAL at the end was found to be missing
   */
  public record Continuous(
      List<WalRange> ranges, Lsn end, Optional<WalRange> next, Optional<RecordedGap> recorded) {

    /** What was recorded about the end, in parentheses after a space; empty if nothing was. */
    public String note() {
      return recorded.map(gap -> " (" + gap.text() + ")").orElse("");
    }
  }

  public WalPath(WalInventory wal, TimelineHistory history) {
    this.wal = wal;
    this.history = history;
    this.size = wal.cluster().segmentSize();
    this.lookup = new SegmentLookup(history, size);
    this.gaps = wal.gaps();
    for (Ancestor ancestor : history.ancestors()) {
      add(ancestor.timeline());
    }
    add(history.timeline());
  }

  /** Adds the segments whose right file is this timeline's. */
  private void add(TimelineId timeline) {
    Lsn from = history.begin(timeline).map(size::floor).orElse(Lsn.ZERO);
    Optional<Lsn> to = history.end(timeline).map(size::floor);
    for (WalRange range : wal.ranges(timeline)) {
      Lsn start = Lsn.max(range.start(), from);
      // a timeline that was left contributes whole segments only
      Lsn end = to.isPresent() ? size.floor(Lsn.min(range.end(), to.get())) : range.end();
      if (start.isBefore(end)) {
        ranges.add(new WalRange(timeline, start, end));
      }
    }
  }

  /** The archived WAL, in order, of one timeline each; there may be gaps between them. */
  public List<WalRange> ranges() {
    return List.copyOf(ranges);
  }

  /** The WAL without a gap from the segment that holds {@code start}. */
  public Continuous from(Lsn start) {
    List<WalRange> reached = new ArrayList<>();
    Lsn end = size.floor(start);
    for (WalRange range : ranges) {
      if (range.start().isAfter(end)) {
        return new Continuous(reached, end, Optional.of(range), recorded(end));
      }
      if (range.end().isAfter(end)) {
        reached.add(new WalRange(range.timeline(), end, range.end()));
        end = range.end();
      }
    }
    return new Continuous(reached, end, Optional.empty(), recorded(end));
  }

  /**
   * The missing segments, recorded or not, in order; each range of the timeline whose files are the
   * right ones there.
   *
   * @param from the start of a segment
   * @param to the start of a segment
   */
  public List<WalRange> missing(Lsn from, Lsn to) {
    List<WalRange> missing = new ArrayList<>();
    Lsn at = from;
    while (at.isBefore(to)) {
      Continuous found = from(at);
      at = size.floor(found.end());
      Lsn end = Lsn.min(found.next().map(WalRange::start).orElse(to), to);
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
   * The start of the first missing segment whose loss is not recorded, from the segment that holds
   * {@code from}.
   */
  public Lsn firstUnrecorded(Lsn from) {
    Continuous found = from(from);
    while (found.recorded().isPresent()) {
      WalRange gap = found.recorded().get().range();
      found = from(Lsn.min(gap.end(), end(gap.timeline(), gap.end())));
    }
    return found.end();
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

  /** The right file for the segment that holds {@code lsn}. */
  public WalSegment segment(Lsn lsn) {
    return lookup.rightFile(size.segmentNumber(lsn));
  }

  /**
   * The files that PostgreSQL probes where the WAL ends, one after the other until one exists: the
   * right one, then those of older timelines. None where the WAL ends within a segment, whose file
   * was probed before.
   */
  public List<WalSegment> filesProbed(Continuous wal) {
    if (!size.floor(wal.end()).equals(wal.end())) {
      return List.of();
    }
    List<WalRange> read = wal.ranges();
    return lookup.filesProbed(
        size.segmentNumber(wal.end()),
        read.isEmpty() ? TimelineId.FIRST : read.get(read.size() - 1).timeline());
  }

  /**
   * The file of an older timeline that PostgreSQL would open, wrongly, where the WAL ends, because
   * the right one is missing.
   */
  public Optional<WalSegment> wrongTimelineSegment(Continuous end) {
    return filesProbed(end).stream().skip(1).filter(wal::contains).findFirst();
  }
}
