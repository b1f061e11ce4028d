package dev.walden.archive;

import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which WAL an archive held when it was asked. Immutable; sixteen bytes for each segment.
 *
 * <p>Only complete segments count. A segment that an archive holds twice, under two codecs, counts
 * once.
 */
public final class WalInventory {
  private final ClusterIdentity cluster;
  private final SortedMap<TimelineId, Segments> segments;
  private final SortedMap<TimelineId, TimelineHistory> histories;
  private final List<WalFileName.Partial> partials;

  private WalInventory(Builder builder) {
    cluster = builder.cluster;
    SortedMap<TimelineId, Segments> frozen = new TreeMap<>();
    builder.segments.forEach((timeline, growing) -> frozen.put(timeline, growing.freeze()));
    segments = Collections.unmodifiableSortedMap(frozen);
    histories = Collections.unmodifiableSortedMap(new TreeMap<>(builder.histories));
    partials = List.copyOf(builder.partials);
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
        ranges.add(
            new WalRange(
                timeline,
                size().startOf(of.numbers[first]),
                size().startOf(of.numbers[at - 1] + 1)));
        first = at;
      }
    }
    return ranges;
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

    Segments freeze() {
      return new Segments(Arrays.copyOf(numbers, count), Arrays.copyOf(lengths, count));
    }
  }
}
