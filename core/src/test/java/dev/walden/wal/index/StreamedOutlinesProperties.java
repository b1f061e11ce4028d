package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.RecordChain;
import dev.walden.wal.record.RecordFilter;
import dev.walden.wal.record.RecordVisitor;
import dev.walden.wal.record.SampleSegments;
import dev.walden.wal.record.SegmentObserver;
import dev.walden.wal.record.StreamVerifier;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Outlines made while WAL arrives, against those made of each segment's bytes. */
class StreamedOutlinesProperties {
  private static final WalSegmentSize SIZE = WrittenWal.SIZE;

  private static ClusterIdentity cluster(byte[] segment) throws IOException {
    WalPageHeader page = WalPageHeader.parse("sample", 0, ByteBuffer.wrap(segment));
    return new ClusterIdentity(
        new SystemIdentifier(page.systemIdentifier()), SIZE, PgVersion.ofWalMagic(page.magic()));
  }

  /** Streams segments in pieces of any length, and now and then begins again. */
  private static final class Stream {
    private final Function<WalSegment, byte[]> bytes;
    private final Lsn end;
    private final Random random;
    private final int restarts;
    private final StreamedOutlines outlines = new StreamedOutlines();
    private StreamVerifier verifier;
    private int arrived;
    private int told;
    private Lsn first;

    Stream(
        ClusterIdentity cluster,
        WalSegment first,
        Lsn end,
        Function<WalSegment, byte[]> bytes,
        Random random,
        int restarts) {
      this.bytes = bytes;
      this.end = end;
      this.random = random;
      this.restarts = restarts;
      verifier = new StreamVerifier(cluster, first, outlines);
    }

    void run() throws IOException {
      int most = 1 << 4 + random.nextInt(17);
      int left = restarts;
      while (verifier.received().isBefore(end)) {
        Lsn at = verifier.received();
        WalSegment segment = WalSegment.containing(WrittenWal.segment(0).timeline(), at, SIZE);
        int offset = SIZE.offset(at);
        int count = Math.min(1 + random.nextInt(most), SIZE.bytes() - offset);
        verifier.accept(ByteBuffer.wrap(bytes.apply(segment), offset, count));
        if (offset + count == SIZE.bytes()) {
          compare(segment);
        } else if (left > 0 && random.nextInt(8) == 0) {
          left--;
          verifier =
              verifier.restartedAt(
                  WalSegment.containing(segment.timeline(), verifier.verified(), SIZE));
          outlines.clear();
        }
      }
    }

    private void compare(WalSegment segment) throws IOException {
      Optional<WalOutline> streamed = outlines.take(segment);
      arrived++;
      if (streamed.isPresent()) {
        told++;
        first = first == null ? segment.start() : first;
        WalOutline made =
            WalOutliner.outline(segment, new ByteArrayInputStream(bytes.apply(segment)));
        assertEquals(made, streamed.get());
        assertEquals(made.contents(), streamed.get().contents());
      }
      assertTrue(outlines.take(segment).isEmpty());
    }
  }

  /** Records straddle boundaries in all ways, with headers cut in two and segments switched. */
  @Property(tries = 400)
  void areThoseOfTheBytes(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    WrittenWal wal = RandomWal.write(random, random.nextBoolean());
    int whole = wal.segments().size() - 1;
    Stream stream = stream(wal, random, random.nextInt(3));
    stream.run();
    assertTrue(stream.arrived >= whole, stream.arrived + " of " + whole);
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
    Stream stream = stream(wal, new Random(1), 0);
    stream.run();
    List<WalOutline> made = wal.outlines();
    assertEquals(WalEnd.Reason.BAD_RECORD, made.get(1).end().orElseThrow());
    assertEquals(made.get(3).startLsn(), stream.first);
    assertEquals(stream.arrived - 3, stream.told);
  }

  /** Of what a real server writes, all but the first segment, and where only an end of one lies. */
  @Property(tries = 20)
  void areThereForNearlyAllThatAServerWrites(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    SampleSegments wal = SampleSegments.take();
    // the last one is not full
    Lsn end = wal.end().plus(-SIZE.bytes());
    Stream stream = stream(wal, wal.start(), end, random, 0);
    stream.run();
    int endsOnly = 0;
    for (Lsn start = wal.start(); start.isBefore(end); start = start.plus(SIZE.bytes())) {
      WalOutline made =
          WalOutliner.outline(wal.segment(start), new ByteArrayInputStream(wal.bytesAt(start)));
      boolean ends = made.lastRecordEndLsn().isPresent() && made.unfinishedRecordLsn().isEmpty();
      endsOnly += made.recordCount() == 0 && ends ? 1 : 0;
    }
    assertEquals(stream.arrived - 1 - endsOnly, stream.told);
    assertTrue(stream.told > stream.arrived / 2, stream.told + " of " + stream.arrived);
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
        new StreamVerifier(cluster(wal.segments().get(0)), WrittenWal.segment(0), failing);
    int whole = wal.segments().size() - 1;
    for (int i = 0; i < whole; i++) {
      verifier.accept(ByteBuffer.wrap(wal.segments().get(i)));
    }
    assertEquals(WrittenWal.segment(whole).start(), verifier.received());
    assertTrue(asked.get() > 0);
  }

  /** What the stream finds damaged has no outline; what it did not notice yet, has the same. */
  @Property(tries = 300)
  void areThoseOfDamagedBytes(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    SampleSegments wal = SampleSegments.take();
    int segments = (int) (wal.end().minus(wal.start()) / SIZE.bytes());
    Lsn from = wal.start().plus((long) random.nextInt(segments - 4) * SIZE.bytes());
    Stream stream = stream(wal, from, from.plus(4L * SIZE.bytes()), random, random.nextInt(2));
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

  /** All but the last segment, which is not full. */
  private static Stream stream(WrittenWal wal, Random random, int restarts) throws IOException {
    return new Stream(
        cluster(wal.segments().get(0)),
        WrittenWal.segment(0),
        WrittenWal.start().plus((wal.segments().size() - 1L) * SIZE.bytes()),
        segment -> wal.segments().get((int) (segment.number() - WrittenWal.segment(0).number())),
        random,
        restarts);
  }

  private static Stream stream(SampleSegments wal, Lsn from, Lsn end, Random random, int restarts)
      throws IOException {
    return new Stream(
        cluster(wal.bytesAt(from)),
        wal.segment(from),
        end,
        segment -> wal.bytesAt(segment.start()),
        random,
        restarts);
  }
}
