package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.SampleSegments;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Outlines made while the WAL of a real server arrives. */
class StreamedOutlinesIT {
  private static final WalSegmentSize SIZE = WrittenWal.SIZE;

  /** Of what a real server writes, all but the first segment, and where only an end of one lies. */
  @Property(tries = 20)
  void areThereForNearlyAllThatAServerWrites(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    SampleSegments wal = SampleSegments.take();
    // the last one is not full
    Lsn end = wal.end().plus(-SIZE.bytes());
    OutlineStream stream = stream(wal, wal.start(), end, random, 0);
    stream.run();
    int endsOnly = 0;
    for (Lsn start = wal.start(); start.isBefore(end); start = start.plus(SIZE.bytes())) {
      WalOutline made =
          WalOutliner.outline(wal.segment(start), new ByteArrayInputStream(wal.bytesAt(start)));
      boolean ends = made.lastRecordEndLsn().isPresent() && made.unfinishedRecordLsn().isEmpty();
      endsOnly += made.recordCount() == 0 && ends ? 1 : 0;
    }
    assertEquals(stream.arrived() - 1 - endsOnly, stream.told());
    assertTrue(stream.told() > stream.arrived() / 2, stream.told() + " of " + stream.arrived());
  }

  /** What the stream finds damaged has no outline; what it did not notice yet, has the same. */
  @Property(tries = 300)
  void areThoseOfDamagedBytes(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    SampleSegments wal = SampleSegments.take();
    int segments = (int) (wal.end().minus(wal.start()) / SIZE.bytes());
    Lsn from = wal.start().plus((long) random.nextInt(segments - 4) * SIZE.bytes());
    OutlineStream stream =
        stream(wal, from, from.plus(4L * SIZE.bytes()), random, random.nextInt(2));
    Lsn place = from.plus(SIZE.bytes() + random.nextInt(2 * SIZE.bytes()));
    int offset = SIZE.offset(place);
    offset = random.nextBoolean() ? (offset & -8192) + random.nextInt(48) : offset;
    wal.bytesAt(place)[offset] ^= (byte) (1 << random.nextInt(8));
    try {
      stream.run();
    } catch (CorruptFileException | UnsupportedFormatException e) {
      assertTrue(!e.getMessage().isEmpty());
    }
  }

  private static OutlineStream stream(
      SampleSegments wal, Lsn from, Lsn end, Random random, int restarts) throws IOException {
    return new OutlineStream(
        OutlineStream.cluster(wal.bytesAt(from)),
        wal.segment(from),
        end,
        segment -> wal.bytesAt(segment.start()),
        random,
        restarts);
  }
}
