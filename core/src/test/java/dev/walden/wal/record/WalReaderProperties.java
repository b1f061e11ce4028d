package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WalReaderProperties {

  @Property(tries = 500)
  void junkAfterAGoodHeaderIsTheEnd(
      @ForAll @Size(max = 40_000) byte[] junk,
      @ForAll boolean continues,
      @ForAll @IntRange(min = 0, max = 100_000) int remaining)
      throws IOException {
    WalSegment segment = new WalSegment(TimelineId.FIRST, 3, WalWorkload.SIZE);
    byte[] bytes = new byte[40 + junk.length];
    ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    page.putShort((short) 0xD116).putShort((short) (continues ? 3 : 2)).putInt(1);
    page.putLong(segment.start().value()).putInt(remaining).putInt(0).putLong(42);
    page.putInt(1 << 20).putInt(8192).put(junk);
    WalSource source =
        s -> s.equals(segment) ? Optional.of(new ByteArrayInputStream(bytes)) : Optional.empty();
    WalEnd end =
        SampleSegments.end(
            WalReader.builder(source, WalWorkload.SIZE).from(segment.start().plus(1)));
    assertTrue(end.lsn().minus(segment.start()) <= bytes.length + 7);
  }
}
