package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class XidRangeProperties {
  private static final long CIRCLE = 1L << 32;

  @Property
  void holdsWhatItWasMadeOf(@ForAll("xids") List<Long> xids) {
    XidRange all = of(xids);
    assertTrue(xids.stream().allMatch(all::contains), all::toString);
    assertEquals(xids.isEmpty(), all.isEmpty());
  }

  @Property
  void theOrderOfJoiningMakesNoDifference(
      @ForAll("xids") List<Long> a, @ForAll("xids") List<Long> b, @ForAll("xids") List<Long> c) {
    XidRange left = of(a).and(of(b)).and(of(c));
    assertEquals(left, of(a).and(of(b).and(of(c))));
    assertEquals(left, of(c).and(of(a)).and(of(b)));
  }

  @Property
  void isAsSmallAsCanBe(
      @ForAll("xid") long low, @ForAll("spread") long one, @ForAll("spread") long other) {
    XidRange all = XidRange.NONE;
    for (long offset : List.of(one, 0L, other)) {
      all = all.and(XidRange.of((low + offset) % CIRCLE));
    }
    assertEquals(low, all.low());
    assertEquals((low + Math.max(one, other)) % CIRCLE, all.high());
    assertFalse(all.contains(low - 1) || all.contains(all.high() + 1));
  }

  @Example
  void goesOverTheEndOfTheCircle() {
    XidRange range = XidRange.of(CIRCLE - 5).and(XidRange.of(7));
    assertEquals("4294967291-7", range.toString());
    assertTrue(range.contains(0) && range.contains(CIRCLE + 6));
    assertFalse(range.contains(8));
    assertEquals(XidRange.ALL, XidRange.of(0).and(XidRange.of(1L << 31)));
  }

  private static XidRange of(List<Long> xids) {
    return xids.stream().map(XidRange::of).reduce(XidRange.NONE, XidRange::and);
  }

  @Provide
  Arbitrary<Long> xid() {
    return Arbitraries.longs().between(0, CIRCLE - 1);
  }

  @Provide
  Arbitrary<Long> spread() {
    return Arbitraries.longs().between(0, (1L << 31) - 1);
  }

  @Provide
  Arbitrary<List<Long>> xids() {
    return xid().list().ofMaxSize(4);
  }
}
