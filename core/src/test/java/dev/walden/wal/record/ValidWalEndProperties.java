package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ValidWalEndProperties {
  private static final WalSegment SEGMENT =
      new WalSegment(TimelineId.FIRST, 3, WalSegmentSize.ofMegabytes(1));

  @Property
  void junkAfterAGoodHeaderEndsTheSearch(
      @ForAll @Size(max = 40_000) byte[] junk,
      @ForAll boolean continues,
      @ForAll @IntRange(min = 0, max = 100_000) int remaining)
      throws IOException {
    byte[] bytes = new byte[40 + junk.length];
    ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    page.putShort((short) 0xD116).putShort((short) (continues ? 3 : 2)).putInt(1);
    page.putLong(SEGMENT.start().value()).putInt(remaining).putInt(0).putLong(42);
    page.putInt(1 << 20).putInt(8192).put(junk);
    OptionalLong end = ValidWalEnd.find(new ByteArrayInputStream(bytes), SEGMENT);
    assertTrue(end.isEmpty() || end.getAsLong() <= bytes.length + 7);
  }
}
