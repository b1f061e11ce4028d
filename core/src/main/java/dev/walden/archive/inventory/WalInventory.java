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
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * Which WAL an archive held when it was asked. Immutable; sixteen bytes for each segment.
 *
 * <p>Only whole segments count, until {@link #withTails} is asked for. A segment that an archive
 * holds twice, under two codecs, counts once.
 */
public final class WalInventory {
  private final ClusterIdentity cluster;
  private final SortedMap<TimelineId, Segments> segments;
  private final SortedMap<TimelineId, TimelineHistory> histories;
  private final List<WalFileName.Partial> partials;
  private final List<WalTail> tails;
  private final Map<TimelineId, WalTail> ends;
  private final List<RecordedGap> noted;

  private WalInventory(Builder builder) {
    cluster = builder.cluster;
    SortedMap<TimelineId, Segments> frozen = new TreeMap<>();
    builder.segments.forEach((timeline, growing) -> frozen.put(timeline, growing.freeze()));
    segments = Collections.unmodifiableSortedMap(frozen);
    histories = Collections.unmodifiableSortedMap(new TreeMap<>(builder.histories));
    partials = List.copyOf(builder.partials);
    tails = builder.tails.values().stream().sorted(Comparator.comparing(WalTail::segment)).toList();
    ends = Map.of();
    noted = List.copyOf(builder.gaps);
  }

  private WalInventory(
      WalInventory of, SortedMap<TimelineId, Segments> segments, Map<TimelineId, WalTail> ends) {
    this.cluster = of.cluster;
    this.segments = segments;
    this.histories = of.histories;
    this.partials = of.partials;
    this.tails = of.tails;
    this.ends = ends;
    this.noted = of.noted;
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
   * Segments of which there are pieces, by number; also such as are whole, whose pieces are left
   * over.
   */
  public List<WalTail> tails() {
    return tails;
  }

  /**
   * The same with what is archived in pieces: segments of which nothing is missing, and the
   * beginning of the last one of a timeline, if nothing is behind it. It ends where its pieces end,
   * within the segment.
   */
  public WalInventory withTails() {
    return withTails(tail -> true);
  }

  /** The same with segments that are archived in pieces, as far as they are wanted. */
  public WalInventory withTails(Predicate<WalTail> wanted) {
    SortedMap<TimelineId, Growing> more = new TreeMap<>();
    Map<TimelineId, WalTail> newEnds = new TreeMap<>();
    for (TimelineId timeline : timelinesOfTails()) {
      List<WalTail> of =
          tails.stream()
              .filter(tail -> tail.segment().timeline().equals(timeline))
              .filter(tail -> !contains(tail.segment()))
              .toList();
      long highest = of.isEmpty() ? 0 : of.get(of.size() - 1).segment().number();
      long last = Math.max(highest, last(timeline).map(WalSegment::number).orElse(0L));
      Growing all = Growing.copy(segments.get(timeline));
      for (WalTail tail : of) {
        // one with a gap counts, too: whoever reads it learns what is wrong, and nobody stops
        // before
        boolean end = tail.segment().number() == last;
        if ((tail.isComplete() || end) && wanted.test(tail)) {
          all.insert(tail.segment().number(), tail.storedBytes());
          if (!tail.isComplete()) {
            newEnds.put(timeline, tail);
          }
        }
      }
      if (all.count > 0) {
        more.put(timeline, all);
      }
    }
    SortedMap<TimelineId, Segments> joined = new TreeMap<>(segments);
    more.forEach((timeline, growing) -> joined.put(timeline, growing.freeze()));
    return new WalInventory(this, Collections.unmodifiableSortedMap(joined), newEnds);
  }

  /** The same with segments that are on their way into the archive. */
  public WalInventory with(Collection<WalSegment> coming) {
    SortedMap<TimelineId, Growing> more = new TreeMap<>();
    for (WalSegment segment : new TreeSet<>(coming)) {
      if (!contains(segment)) {
        more.computeIfAbsent(
                segment.timeline(), timeline -> Growing.copy(segments.get(segment.timeline())))
            .insert(segment.number(), 0);
      }
    }
    SortedMap<TimelineId, Segments> joined = new TreeMap<>(segments);
    more.forEach((timeline, growing) -> joined.put(timeline, growing.freeze()));
    return new WalInventory(this, Collections.unmodifiableSortedMap(joined), ends);
  }

  private SortedSet<TimelineId> timelinesOfTails() {
    SortedSet<TimelineId> of = new TreeSet<>();
    tails.forEach(tail -> of.add(tail.segment().timeline()));
    return of;
  }

  public boolean contains(WalSegment segment) {
    return storedBytes(segment).isPresent();
  }

  /** How long the stored object of a segment is. */
  public OptionalLong storedBytes(WalSegment segment) {
    Segments of = segments.get(segment.timeline());
    int at = of == null ? -1 : Arrays.binarySearch(of.numbers, segment.number());
    return at < 0 ? OptionalLong.empty() : OptionalLong.of(of.lengths[at]);
  }

  /** The last segment of a timeline. */
  public Optional<WalSegment> last(TimelineId timeline) {
    Segments of = segments.get(timeline);
    return of == null
        ? Optional.empty()
        : Optional.of(new WalSegment(timeline, of.numbers[of.numbers.length - 1], size()));
  }

  /** The next later segment of the same timeline of which there is any, be it pieces. */
  public Optional<WalSegment> next(WalSegment segment) {
    Segments of = segments.get(segment.timeline());
    LongStream whole = of == null ? LongStream.empty() : Arrays.stream(of.numbers);
    LongStream begun =
        tails.stream()
            .map(WalTail::segment)
            .filter(tail -> tail.timeline().equals(segment.timeline()))
            .mapToLong(WalSegment::number);
    OptionalLong next =
        LongStream.concat(whole, begun).filter(number -> number > segment.number()).min();
    return next.isEmpty()
        ? Optional.empty()
        : Optional.of(new WalSegment(segment.timeline(), next.getAsLong(), size()));
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
    Segments of = segments.get(timeline);
    for (int first = 0, at = 1; of != null && at <= of.numbers.length; at++) {
      if (at == of.numbers.length || of.numbers[at] != of.numbers[at - 1] + 1) {
        Lsn end = size().startOf(of.numbers[at - 1] + 1);
        if (at == of.numbers.length && ends.containsKey(timeline)) {
          end = ends.get(timeline).end();
        }
        ranges.add(new WalRange(timeline, size().startOf(of.numbers[first]), end));
        first = at;
      }
    }
    return ranges;
  }

  /**
   * What was recorded as missing and is missing, in order, none of it twice. Other WAL may be
   * missing, too.
   */
  public List<RecordedGap> gaps() {
    List<RecordedGap> gaps = new ArrayList<>();
    Map<TimelineId, List<WalRange>> held = new TreeMap<>();
    for (RecordedGap gap : noted) {
      List<WalRange> known =
          held.computeIfAbsent(
              gap.range().timeline(), timeline -> new ArrayList<>(ranges(timeline)));
      List<WalRange> missing = without(gap.range(), known);
      missing.forEach(part -> gaps.add(gap.over(part)));
      known.addAll(missing);
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

  /** How many segments there are, of all timelines. */
  public long segmentCount() {
    return segments.values().stream().mapToLong(of -> of.numbers.length).sum();
  }

  private WalSegmentSize size() {
    return cluster.segmentSize();
  }

  /** Collects an inventory; give the segments of a timeline in ascending order. */
  public static final class Builder {
    private final ClusterIdentity cluster;
    private final Map<TimelineId, Growing> segments = new TreeMap<>();
    private final Map<TimelineId, TimelineHistory> histories = new TreeMap<>();
    private final List<WalFileName.Partial> partials = new ArrayList<>();
    private final Map<WalSegment, WalTail> tails = new TreeMap<>();
    private final List<RecordedGap> gaps = new ArrayList<>();

    public Builder(ClusterIdentity cluster) {
      this.cluster = cluster;
    }

    /**
     * Adds a segment; the same one again is ignored.
     *
     * @throws IllegalArgumentException if a later one of its timeline was added before
     */
    public Builder segment(WalSegment segment, long storedBytes) {
      segments
          .computeIfAbsent(segment.timeline(), timeline -> new Growing())
          .add(segment.number(), storedBytes);
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
     * @param to the offset behind its last
     */
    public Builder tailPiece(WalSegment segment, int from, int to, long storedBytes) {
      WalTail known = tails.getOrDefault(segment, new WalTail(segment, segment.start(), false, 0));
      boolean gap = known.hasGap() || segment.start().plus(from).isAfter(known.end());
      Lsn end = Lsn.max(known.end(), segment.start().plus(to));
      tails.put(segment, new WalTail(segment, end, gap, known.storedBytes() + storedBytes));
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

  private record Segments(long[] numbers, long[] lengths) {}

  private static final class Growing {
    private long[] numbers = new long[16];
    private long[] lengths = new long[16];
    private int count;

    void add(long number, long length) {
      if (count > 0 && number == numbers[count - 1]) {
        return;
      }
      if (count > 0 && number < numbers[count - 1]) {
        throw new IllegalArgumentException("segments must be added in ascending order");
      }
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
        lengths = Arrays.copyOf(lengths, 2 * count);
      }
      numbers[count] = number;
      lengths[count++] = length;
    }

    static Growing copy(Segments segments) {
      Growing copy = new Growing();
      for (int i = 0; segments != null && i < segments.numbers.length; i++) {
        copy.add(segments.numbers[i], segments.lengths[i]);
      }
      return copy;
    }

    /** Adds a number that may lie before others. */
    void insert(long number, long length) {
      int at = -1 - Arrays.binarySearch(numbers, 0, count, number);
      add(Long.MAX_VALUE, length);
      System.arraycopy(numbers, at, numbers, at + 1, count - 1 - at);
      System.arraycopy(lengths, at, lengths, at + 1, count - 1 - at);
      numbers[at] = number;
      lengths[at] = length;
    }

    Segments freeze() {
      return new Segments(Arrays.copyOf(numbers, count), Arrays.copyOf(lengths, count));
    }
  }
}
