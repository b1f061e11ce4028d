package dev.walden.archive.inventory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The numbers of a timeline's segments, in order, each with the length of what is stored.
 * Immutable; sixteen bytes for each, of which there may be millions.
 */
final class SegmentNumbers {
  static final SegmentNumbers NONE = new SegmentNumbers(new long[0], new long[0]);

  private final long[] numbers;
  private final long[] lengths;

  private SegmentNumbers(long[] numbers, long[] lengths) {
    this.numbers = numbers;
    this.lengths = lengths;
  }

  /** Numbers that follow one another; the last one is part of it. */
  record Range(long first, long last) {
    boolean contains(long number) {
      return first <= number && number <= last;
    }
  }

  int count() {
    return numbers.length;
  }

  boolean contains(long number) {
    return Arrays.binarySearch(numbers, number) >= 0;
  }

  /** The stored length of a segment that is there. */
  OptionalLong length(long number) {
    int at = Arrays.binarySearch(numbers, number);
    return at < 0 ? OptionalLong.empty() : OptionalLong.of(lengths[at]);
  }

  OptionalLong last() {
    return numbers.length == 0 ? OptionalLong.empty() : OptionalLong.of(numbers[count() - 1]);
  }

  /** The lowest number that is higher than this one. */
  OptionalLong next(long number) {
    int at = Arrays.binarySearch(numbers, number);
    int after = at < 0 ? -1 - at : at + 1;
    return after == numbers.length ? OptionalLong.empty() : OptionalLong.of(numbers[after]);
  }

  /** All numbers, as ranges without gaps inside; between two of them is a gap. */
  List<Range> ranges() {
    List<Range> ranges = new ArrayList<>();
    for (int first = 0, at = 1; at <= numbers.length; at++) {
      if (at == numbers.length || numbers[at] != numbers[at - 1] + 1) {
        ranges.add(new Range(numbers[first], numbers[at - 1]));
        first = at;
      }
    }
    return ranges;
  }

  /** These and others; of a number in both the length here counts. */
  SegmentNumbers plus(SegmentNumbers more) {
    Builder all = new Builder(count() + more.count());
    int here = 0;
    for (int there = 0; there < more.count(); there++) {
      while (here < count() && numbers[here] <= more.numbers[there]) {
        all.add(numbers[here], lengths[here++]);
      }
      all.add(more.numbers[there], more.lengths[there]);
    }
    while (here < count()) {
      all.add(numbers[here], lengths[here++]);
    }
    return all.build();
  }

  /** Collects numbers in ascending order. */
  static final class Builder {
    private long[] numbers;
    private long[] lengths;
    private int count;

    Builder() {
      this(16);
    }

    private Builder(int expected) {
      numbers = new long[expected];
      lengths = new long[expected];
    }

    /**
     * Adds a number; the last one again is ignored.
     *
     * @throws IllegalArgumentException if a higher one was added before
     */
    Builder add(long number, long length) {
      if (count > 0 && number == numbers[count - 1]) {
        return this;
      }
      if (count > 0 && number < numbers[count - 1]) {
        throw new IllegalArgumentException("segments must be added in ascending order");
      }
      if (count == numbers.length) {
        int larger = Math.max(16, 2 * count);
        numbers = Arrays.copyOf(numbers, larger);
        lengths = Arrays.copyOf(lengths, larger);
      }
      numbers[count] = number;
      lengths[count++] = length;
      return this;
    }

    SegmentNumbers build() {
      return count == 0
          ? NONE
          : new SegmentNumbers(Arrays.copyOf(numbers, count), Arrays.copyOf(lengths, count));
    }
  }
}
