package dev.walden.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

@Domain(WalArbitraries.class)
@Domain(DomainContext.Global.class)
class WalValuesProperties {
  private static final BigInteger TWO_TO_32 = BigInteger.ONE.shiftLeft(32);

  @Property
  void lsnReadsBackInEveryForm(@ForAll Lsn lsn) {
    assertEquals(lsn, Lsn.parse(lsn.toString()));
    assertEquals(lsn, Lsn.parse(lsn.toString().toLowerCase(Locale.ROOT)));
    String padded =
        String.format(Locale.ROOT, "%X/%08X", lsn.value() >>> 32, lsn.value() & 0xFFFFFFFFL);
    assertEquals(lsn, Lsn.parse(padded));
  }

  @Property
  void lsnIsItsTwoHalves(@ForAll Lsn lsn) {
    String[] halves = lsn.toString().split("/");
    BigInteger value =
        new BigInteger(halves[0], 16).multiply(TWO_TO_32).add(new BigInteger(halves[1], 16));
    assertEquals(unsigned(lsn), value);
  }

  @Property
  void lsnsAreOrderedUnsigned(@ForAll Lsn a, @ForAll Lsn b) {
    assertEquals(unsigned(a).compareTo(unsigned(b)), Integer.signum(a.compareTo(b)));
    assertEquals(a.compareTo(b) < 0, a.isBefore(b));
    assertEquals(a.compareTo(b) > 0, a.isAfter(b));
    assertEquals(unsigned(a).min(unsigned(b)), unsigned(Lsn.min(a, b)));
    assertEquals(unsigned(a).max(unsigned(b)), unsigned(Lsn.max(a, b)));
  }

  @Property
  void lsnArithmeticGoesBack(@ForAll Lsn a, @ForAll long bytes) {
    assertEquals(a, a.plus(bytes).plus(-bytes));
    assertEquals(bytes, a.plus(bytes).minus(a));
  }

  @Property
  void junkIsNoLsnOrIsOneByTheGrammar(
      @ForAll
          @Chars({'/', '+', '-', ' ', 'x', '٣'})
          @CharRange(from = '0', to = 'G')
          @StringLength(max = 20)
          String text) {
    boolean grammar = text.matches("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}");
    assertEquals(grammar, parses(() -> Lsn.parse(text)));
  }

  @Property
  void segmentNamesReadBack(@ForAll WalFileName name) {
    assertEquals(name, WalFileName.parse(name.toString()));
  }

  @Property
  void junkIsNoNameOrPrintsAsItCame(
      @ForAll WalFileName name, @ForAll @IntRange(max = 40) int at, @ForAll char replacement) {
    StringBuilder damaged = new StringBuilder(name.toString());
    damaged.setCharAt(at % damaged.length(), replacement);
    String text = damaged.toString();
    boolean parses = parses(() -> assertEquals(text, WalFileName.parse(text).toString()));
    boolean likely = "0123456789ABCDEF".indexOf(replacement) >= 0;
    assertTrue(likely || !parses || text.equals(name.toString()));
  }

  @Property
  void segmentOfItsNameIsItself(@ForAll WalSegment segment) {
    assertEquals(segment, segment.fileName().segment(segment.size()));
  }

  @Property
  void namesSortAsPositions(@ForAll Lsn a, @ForAll Lsn b, @ForAll WalSegmentSize size) {
    WalSegment first = WalSegment.containing(TimelineId.FIRST, a, size);
    WalSegment second = WalSegment.containing(TimelineId.FIRST, b, size);
    assertEquals(
        Integer.signum(first.toString().compareTo(second.toString())),
        Integer.signum(first.start().compareTo(second.start())));
    assertEquals(
        Integer.signum(first.compareTo(second)),
        Integer.signum(first.start().compareTo(second.start())));
  }

  @Property
  void segmentHoldsItsPosition(@ForAll Lsn lsn, @ForAll WalSegmentSize size) {
    WalSegment segment = WalSegment.containing(TimelineId.FIRST, lsn, size);
    assertEquals(size.floor(lsn), segment.start());
    assertEquals(lsn, segment.start().plus(size.offset(lsn)));
    assertTrue(size.offset(lsn) >= 0 && size.offset(lsn) < size.bytes());
    assertEquals(unsigned(lsn).divide(BigInteger.valueOf(size.bytes())), big(segment.number()));
  }

  @Property
  void endOnABoundaryIsOfTheSegmentBefore(@ForAll WalSegment segment) {
    assertEquals(segment.number(), segment.size().segmentNumberBefore(segment.end()));
    assertEquals(segment.number(), segment.size().segmentNumberBefore(segment.start().plus(1)));
  }

  @Property
  void sizesReadBack(@ForAll WalSegmentSize size) {
    assertEquals(size, WalSegmentSize.parse(size.toString()));
  }

  @Property
  void onlyPowersOfTwoInRangeAreSizes(@ForAll long bytes) {
    boolean expected = false;
    for (long size = 1 << 20; size <= 1 << 30; size *= 2) {
      expected |= size == bytes;
    }
    assertEquals(expected, WalSegmentSize.isValid(bytes));
  }

  @Property
  void junkIsNoSize(@ForAll @StringLength(max = 8) String text) {
    boolean known = text.matches("(1|2|4|8|16|32|64|128|256|512)MB|1GB");
    assertEquals(known, parses(() -> WalSegmentSize.parse(text)));
  }

  private static BigInteger unsigned(Lsn lsn) {
    return new BigInteger(Long.toUnsignedString(lsn.value()));
  }

  private static BigInteger big(long value) {
    return BigInteger.valueOf(value);
  }

  /** Whether the text is accepted; any failure but the typed one surfaces. */
  static boolean parses(Runnable parser) {
    try {
      parser.run();
      return true;
    } catch (NumberFormatException e) {
      throw new AssertionError("not the typed failure", e);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
