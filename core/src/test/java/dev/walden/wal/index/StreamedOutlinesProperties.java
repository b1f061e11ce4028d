package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.RecordChain;
import dev.walden.wal.record.RecordFilter;
import dev.walden.wal.record.RecordVisitor;
import dev.walden.wal.record.SegmentObserver;
import dev.walden.wal.record.StreamVerifier;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/** Outlines made while WAL arrives, against those made of each segment's bytes. */
class StreamedOutlinesProperties {
  private static final WalSegmentSize SIZE = WrittenWal.SIZE;

  /** Records straddle boundaries in all ways, with headers cut in two and segments switched. */
  @Tag("long")
  @Property(tries = 400)
  void areThoseOfTheBytes(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    WrittenWal wal = RandomWal.write(random, random.nextBoolean());
    int whole = wal.segments().size() - 1;
    OutlineStream stream = stream(wal, random, random.nextInt(3));
    stream.run();
    assertTrue(stream.arrived() >= whole, stream.arrived() + " of " + whole);
  }

  /**
   * Records that would be of interest, but are too large or not understood, are valid, and leave
   * their segments to who reads the bytes.
   */
  @Example
  void areNotThereWhereRecordsAreMissed() throws Exception {
    WrittenWal wal = new WrittenWal();
    wal.fill(5000);
    wal.fillUpTo(100);
    wal.fill(5000);
    wal.appendWithoutValidParts();
    wal.fillUpTo(100);
    wal.fill(5000);
    int subtransactions = (1 << 20) / 4;
    wal.append(
        1,
        0x80,
        7,
        WrittenWal.little(16 + 4 * subtransactions)
            .putLong(4)
            .putInt(2)
            .putInt(subtransactions)
            .array());
    wal.fillUpTo(100);
    wal.fill(5000);
    wal.fillUpTo(100);
    wal.fill(5000);
    OutlineStream stream = stream(wal, new Random(1), 0);
    stream.run();
    List<WalOutline> made = wal.outlines();
    assertEquals(WalEnd.Reason.BAD_RECORD, made.get(1).end().orElseThrow());
    assertEquals(made.get(3).startLsn(), stream.first());
    assertEquals(stream.arrived() - 3, stream.told());
  }

  @Example
  void anObserverThatFailsStopsNothing() throws Exception {
    WrittenWal wal = RandomWal.write(new Random(7), false);
    AtomicInteger asked = new AtomicInteger();
    SegmentObserver failing =
        new SegmentObserver() {
          @Override
          public RecordFilter interest() {
            return OutlineInterest.INSTANCE;
          }

          @Override
          public RecordVisitor begin(WalSegment segment) {
            return new RecordVisitor() {
              @Override
              public void record(WalRecord record) {
                asked.incrementAndGet();
                throw new IllegalStateException("of the index");
              }

              @Override
              public void missed(Lsn lsn, Lsn endLsn) {}
            };
          }

          @Override
          public void end(RecordChain chain) {
            throw new IllegalStateException("of the index");
          }
        };
    StreamVerifier verifier =
        new StreamVerifier(
            OutlineStream.cluster(wal.segments().get(0)), WrittenWal.segment(0), failing);
    int whole = wal.segments().size() - 1;
    for (int i = 0; i < whole; i++) {
      verifier.accept(ByteBuffer.wrap(wal.segments().get(i)));
    }
    assertEquals(WrittenWal.segment(whole).start(), verifier.received());
    assertTrue(asked.get() > 0);
  }

  /** All but the last segment, which is not full. */
  private static OutlineStream stream(WrittenWal wal, Random random, int restarts)
      throws IOException {
    return new OutlineStream(
        OutlineStream.cluster(wal.segments().get(0)),
        WrittenWal.segment(0),
        WrittenWal.start().plus((wal.segments().size() - 1L) * SIZE.bytes()),
        segment -> wal.segments().get((int) (segment.number() - WrittenWal.segment(0).number())),
        random,
        restarts);
  }
}
