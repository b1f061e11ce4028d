package dev.walden.archive.inventory;

import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which WAL an archive held when it was asked. Immutable; sixteen bytes for each segment.
 *
 * <p>Only whole segments count, until {@link #withTails} is asked for. A segment that an archive
 * holds twice, under two codecs, counts once.
 */
public final class WalInventory {
  private final ClusterIdentity cluster;
  private final SortedMap<TimelineId, SegmentNumbers> segments;
  private final SortedMap<TimelineId, TimelineHistory> histories;
  private final List<WalFileName.Partial> partials;
  private final List<WalTail> tails;
  private final SortedMap<TimelineId, SegmentNumbers> tailNumbers;
  private final Map<TimelineId, WalTail> tailEnds;
  private final RecordedGaps recordedGaps;
  private final Map<WalSegment, Unencrypted> unencrypted;

  private record Unencrypted(Lsn end, String object) {}

  private WalInventory(Builder builder) {
    cluster = builder.cluster;
    segments = builder.segments.build();
    histories = Collections.unmodifiableSortedMap(new TreeMap<>(builder.histories));
    partials = List.copyOf(builder.partials);
    tails = builder.tails.values().stream().sorted(Comparator.comparing(WalTail::segment)).toList();
    NumbersByTimeline begun = new NumbersByTimeline();
    tails.forEach(tail -> begun.add(tail.segment(), tail.storedBytes()));
    tailNumbers = begun.build();
    tailEnds = Map.of();
    recordedGaps = new RecordedGaps(builder.gaps);
    unencrypted = Map.copyOf(builder.unencrypted);
  }

  /**
   * The same with more segments; those that have tail ends end there, and not where they should.
   */
  private WalInventory(WalInventory of, NumbersByTimeline more, Map<TimelineId, WalTail> tailEnds) {
    this.cluster = of.cluster;
    SortedMap<TimelineId, SegmentNumbers> joined = new TreeMap<>(of.segments);
    more.build().forEach((timeline, added) -> joined.merge(timeline, added, SegmentNumbers::plus));
    this.segments = Collections.unmodifiableSortedMap(joined);
    this.histories = of.histories;
    this.partials = of.partials;
    this.tails = of.tails;
    this.tailNumbers = of.tailNumbers;
    this.tailEnds = tailEnds;
    this.recordedGaps = of.recordedGaps;
    this.unencrypted = of.unencrypted;
  }

  public ClusterIdentity cluster() {
    return cluster;
  }

  /** Every timeline of which there is a segment or a history. */
  public SortedSet<TimelineId> timelines() {
    TreeSet<TimelineId> all = new TreeSet<>(segments.keySet());
    all.addAll(histories.keySet());
    return all;
  }

  /** The histories the archive holds; there is none of timeline 1. */
  public Map<TimelineId, TimelineHistory> histories() {
    return histories;
  }

  /** The history of a timeline, if it is known: it always is for timeline 1. */
  public Optional<TimelineHistory> history(TimelineId timeline) {
    return timeline.equals(TimelineId.FIRST)
        ? Optional.of(TimelineHistory.first())
        : Optional.ofNullable(histories.get(timeline));
  }

  /** Partial segments, in the order of their names. */
  public List<WalFileName.Partial> partials() {
    return partials;
  }

  /**
   * Segments of which there are pieces, by number; including complete segments whose leftover
   * pieces were not removed yet.
   */
  public List<WalTail> tails() {
    return tails;
  }

  /**
   * The same with what is archived in pieces: segments of which nothing is missing, and the
   * beginning of the last one of a timeline. It ends where its pieces end, within the segment.
   */
  public WalInventory withTails() {
    return withTails(tail -> true);
  }

  /** The same with segments that are archived in pieces, as far as they are wanted. */
  public WalInventory withTails(Predicate<WalTail> wanted) {
    NumbersByTimeline more = new NumbersByTimeline();
    Map<TimelineId, WalTail> newEnds = new TreeMap<>();
    for (WalTail tail : tails) {
      WalSegment segment = tail.segment();
      // one with a gap counts, too: reading it tells what is wrong, instead of stopping before it
      if ((tail.isComplete() || isLast(segment)) && !contains(segment) && wanted.test(tail)) {
        more.add(segment, tail.storedBytes());
        if (!tail.isComplete()) {
          newEnds.put(segment.timeline(), tail);
        }
      }
    }
    return new WalInventory(this, more, newEnds);
  }

  /** Whether no later segment of its timeline has been begun. */
  private boolean isLast(WalSegment segment) {
    return next(segment).isEmpty();
  }

  /** The same with segments that are on their way into the archive. */
  public WalInventory with(Collection<WalSegment> coming) {
    NumbersByTimeline more = new NumbersByTimeline();
    new TreeSet<>(coming).forEach(segment -> more.add(segment, 0));
    return new WalInventory(this, more, tailEnds);
  }

  /**
   * The object with WAL of a segment that was not counted, as it must be encrypted and is not;
   * empty if what was counted goes as far.
   */
  public Optional<String> unencrypted(WalSegment segment) {
    Unencrypted one = unencrypted.get(segment);
    if (one == null || contains(segment)) {
      return Optional.empty();
    }
    boolean covered =
        tails.stream()
            .anyMatch(tail -> tail.segment().equals(segment) && !tail.end().isBefore(one.end()));
    return covered ? Optional.empty() : Optional.of(one.object());
  }

  private SegmentNumbers numbers(TimelineId timeline) {
    return segments.getOrDefault(timeline, SegmentNumbers.NONE);
  }

  public boolean contains(WalSegment segment) {
    return numbers(segment.timeline()).contains(segment.number());
  }

  /** How long the stored object of a segment is. */
  public OptionalLong storedBytes(WalSegment segment) {
    return numbers(segment.timeline()).length(segment.number());
  }

  /** The last segment of a timeline. */
  public Optional<WalSegment> last(TimelineId timeline) {
    return segment(timeline, numbers(timeline).last());
  }

  /**
   * The next later segment of the same timeline of which there is any, be it pieces, or an object
   * that is not counted as it is not encrypted.
   */
  public Optional<WalSegment> next(WalSegment segment) {
    TimelineId timeline = segment.timeline();
    Optional<WalSegment> whole = segment(timeline, numbers(timeline).next(segment.number()));
    SegmentNumbers begun = tailNumbers.getOrDefault(timeline, SegmentNumbers.NONE);
    Optional<WalSegment> refused =
        unencrypted.keySet().stream()
            .filter(one -> one.timeline().equals(timeline) && one.number() > segment.number())
            .min(WalSegment::compareTo);
    return Stream.of(whole, segment(timeline, begun.next(segment.number())), refused)
        .flatMap(Optional::stream)
        .min(WalSegment::compareTo);
  }

  private Optional<WalSegment> segment(TimelineId timeline, OptionalLong number) {
    return number.isEmpty()
        ? Optional.empty()
        : Optional.of(new WalSegment(timeline, number.getAsLong(), size()));
  }

  /** The segment with the highest number, and of those the one of the highest timeline. */
  public Optional<WalSegment> last() {
    return segments.keySet().stream()
        .map(timeline -> last(timeline).orElseThrow())
        .max(WalSegment::compareTo);
  }

  /** What is there of a timeline, without gaps inside; between two ranges lies a gap. */
  public List<WalRange> ranges(TimelineId timeline) {
    List<WalRange> ranges = new ArrayList<>();
    Optional<WalTail> tail = Optional.ofNullable(tailEnds.get(timeline));
    for (SegmentNumbers.Range range : numbers(timeline).ranges()) {
      long first = range.first();
      if (tail.isPresent() && range.contains(tail.get().segment().number())) {
        ranges.add(new WalRange(timeline, size().startOf(first), tail.get().end()));
        first = tail.get().segment().number() + 1;
      }
      if (first <= range.last()) {
        ranges.add(new WalRange(timeline, size().startOf(first), size().startOf(range.last() + 1)));
      }
    }
    return ranges;
  }

  /**
   * What was recorded as missing and is missing, in order, none of it twice. Other WAL may be
   * missing, too.
   */
  public List<RecordedGap> gaps() {
    return recordedGaps.missing(this::ranges);
  }

  /** How many segments there are, of all timelines. */
  public long segmentCount() {
    return segments.values().stream().mapToLong(SegmentNumbers::count).sum();
  }

  private WalSegmentSize size() {
    return cluster.segmentSize();
  }

  /** Collects an inventory; give the segments of a timeline in ascending order. */
  public static final class Builder {
    private final ClusterIdentity cluster;
    private final NumbersByTimeline segments = new NumbersByTimeline();
    private final Map<TimelineId, TimelineHistory> histories = new TreeMap<>();
    private final List<WalFileName.Partial> partials = new ArrayList<>();
    private final Map<WalSegment, WalTail> tails = new TreeMap<>();
    private final List<RecordedGap> gaps = new ArrayList<>();
    private final Map<WalSegment, Unencrypted> unencrypted = new HashMap<>();

    public Builder(ClusterIdentity cluster) {
      this.cluster = cluster;
    }

    /**
     * Adds a segment; the same one again is ignored.
     *
     * @throws IllegalArgumentException if a later one of its timeline was added before
     */
    public Builder segment(WalSegment segment, long storedBytes) {
      segments.add(segment, storedBytes);
      return this;
    }

    public Builder history(TimelineHistory history) {
      histories.put(history.timeline(), history);
      return this;
    }

    public Builder partial(WalFileName.Partial partial) {
      partials.add(partial);
      return this;
    }

    /**
     * Adds a piece of a segment; those of one segment in the order of their beginnings.
     *
     * @param from the offset of its first byte
     * @param to the offset after its last
     */
    public Builder tailPiece(WalSegment segment, int from, int to, long storedBytes) {
      WalTail known = tails.getOrDefault(segment, new WalTail(segment, segment.start(), false, 0));
      boolean gap = known.hasGap() || segment.start().plus(from).isAfter(known.end());
      Lsn end = Lsn.max(known.end(), segment.start().plus(to));
      tails.put(segment, new WalTail(segment, end, gap, known.storedBytes() + storedBytes));
      return this;
    }

    /**
     * Notes an object that does not count, as it must be encrypted and is not.
     *
     * @param end up to where it holds WAL of the segment
     */
    public Builder unencrypted(WalSegment segment, Lsn end, String object) {
      unencrypted.merge(
          segment,
          new Unencrypted(end, object),
          (one, other) -> one.end().isBefore(other.end()) ? other : one);
      return this;
    }

    /** Adds a note of WAL that is missing. */
    public Builder gap(RecordedGap gap) {
      gaps.add(gap);
      return this;
    }

    public WalInventory build() {
      return new WalInventory(this);
    }
  }

  /** Collects the segments of several timelines; those of each in ascending order. */
  private static final class NumbersByTimeline {
    private final SortedMap<TimelineId, SegmentNumbers.Builder> builders = new TreeMap<>();

    void add(WalSegment segment, long storedBytes) {
      builders
          .computeIfAbsent(segment.timeline(), timeline -> new SegmentNumbers.Builder())
          .add(segment.number(), storedBytes);
    }

    SortedMap<TimelineId, SegmentNumbers> build() {
      SortedMap<TimelineId, SegmentNumbers> built = new TreeMap<>();
      builders.forEach((timeline, builder) -> built.put(timeline, builder.build()));
      return Collections.unmodifiableSortedMap(built);
    }
  }
}
