package dev.walden.archive.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Against a tree of numbers. */
class SegmentNumbersProperties {
  private static SegmentNumbers of(TreeMap<Long, Long> model) {
    SegmentNumbers.Builder builder = new SegmentNumbers.Builder();
    model.forEach(builder::add);
    return builder.build();
  }

  private static TreeMap<Long, Long> model(Set<Long> numbers, long length) {
    TreeMap<Long, Long> model = new TreeMap<>();
    numbers.forEach(number -> model.put(number, number + length));
    return model;
  }

  private static OptionalLong optional(Long number) {
    return Optional.ofNullable(number).stream().mapToLong(Long::longValue).findFirst();
  }

  private static void assertSame(TreeMap<Long, Long> model, SegmentNumbers numbers) {
    assertEquals(model.size(), numbers.count());
    assertEquals(optional(model.isEmpty() ? null : model.lastKey()), numbers.last());
    for (long number = -1; number <= 61; number++) {
      assertEquals(model.containsKey(number), numbers.contains(number));
      assertEquals(optional(model.get(number)), numbers.length(number));
      assertEquals(optional(model.higherKey(number)), numbers.next(number));
    }
  }

  @Property
  void knowsItsNumbersAndTheNext(@ForAll @Size(max = 60) Set<@LongRange(max = 60) Long> numbers) {
    assertSame(model(numbers, 7), of(model(numbers, 7)));
  }

  @Property
  void joinsOthers(
      @ForAll @Size(max = 40) Set<@LongRange(max = 60) Long> numbers,
      @ForAll @Size(max = 40) Set<@LongRange(max = 60) Long> more) {
    TreeMap<Long, Long> model = model(numbers, 7);
    SegmentNumbers before = of(model);
    SegmentNumbers joined = before.plus(of(model(more, 9)));
    assertSame(model, before);
    model(more, 9).forEach(model::putIfAbsent);
    assertSame(model, joined);
  }

  @Property
  void hasRangesWithGapsBetween(@ForAll @Size(max = 60) Set<@LongRange(max = 60) Long> numbers) {
    TreeSet<Long> covered = new TreeSet<>();
    long end = -2;
    for (SegmentNumbers.Range range : of(model(numbers, 0)).ranges()) {
      assertTrue(range.first() > end + 1, "a gap before " + range);
      assertTrue(range.first() <= range.last(), range::toString);
      for (long number = range.first(); number <= range.last(); number++) {
        covered.add(number);
        assertTrue(range.contains(number));
      }
      end = range.last();
      assertTrue(!range.contains(range.first() - 1) && !range.contains(end + 1));
    }
    assertEquals(new TreeSet<>(numbers), covered);
  }

  @Property(tries = 200)
  void takesNoNumberAfterAHigherOne(
      @ForAll @Size(min = 1, max = 9) List<@LongRange(max = 9) Long> numbers) {
    SegmentNumbers.Builder builder = new SegmentNumbers.Builder();
    TreeMap<Long, Long> model = new TreeMap<>();
    long length = 0;
    for (long number : numbers) {
      long each = ++length;
      if (!model.isEmpty() && number < model.lastKey()) {
        assertThrows(IllegalArgumentException.class, () -> builder.add(number, each));
      } else {
        builder.add(number, each);
        model.putIfAbsent(number, each);
      }
    }
    assertSame(model, builder.build());
  }
}
