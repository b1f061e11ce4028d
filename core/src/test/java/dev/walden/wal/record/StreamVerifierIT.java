package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class StreamVerifierIT {
  private final SampleSegments wal = SampleSegments.take();

  /** How far a stream was valid, and why no further. */
  private record Verdict(Lsn verified, String problem) {}

  private final ClusterIdentity cluster = cluster();

  private ClusterIdentity cluster() {
    try {
      WalPageHeader page =
          WalPageHeader.parse("sample", 0, ByteBuffer.wrap(wal.bytesAt(wal.start())));
      return new ClusterIdentity(
          new SystemIdentifier(page.systemIdentifier()),
          WalWorkload.SIZE,
          PgVersion.ofWalMagic(page.magic()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private StreamVerifier verifier(WalSegment first) {
    return new StreamVerifier(cluster, first);
  }

  /** Streams up to a position in pieces of at most {@code most} bytes. */
  private Verdict stream(StreamVerifier verifier, Lsn end, Random random, int most)
      throws IOException {
    try {
      while (verifier.received().isBefore(end)) {
        Lsn at = verifier.received();
        int offset = WalWorkload.SIZE.offset(at);
        long count = Math.min(1 + random.nextInt(most), WalWorkload.SIZE.bytes() - offset);
        count = Math.min(count, end.minus(at));
        ByteBuffer piece = ByteBuffer.wrap(wal.bytesAt(at), offset, (int) count);
        Lsn before = verifier.verified();
        verifier.accept(random.nextBoolean() ? piece : piece.asReadOnlyBuffer());
        assertTrue(!verifier.verified().isBefore(before), "what was valid is no more");
      }
      return new Verdict(verifier.verified(), "");
    } catch (CorruptFileException e) {
      return new Verdict(verifier.verified(), e.getMessage());
    }
  }

  private void damage(Random random, Lsn from, long range) {
    Lsn place = from.plus((long) (random.nextDouble() * range));
    byte[] bytes = wal.bytesAt(place);
    int offset = WalWorkload.SIZE.offset(place);
    // near headers damage means more
    offset = random.nextInt(4) == 0 ? (offset & -8192) + random.nextInt(40) : offset;
    bytes[offset] ^= (byte) (1 << random.nextInt(8));
  }

  @Property(tries = 60)
  void agreesWithTheReader(@ForAll long seed) throws IOException {
    wal.restore();
    Random random = new Random(seed);
    // in the first segments the reader may begin after a damaged record
    damage(random, wal.start().plus(1 << 20), wal.end().minus(wal.start()) - (1 << 20));
    WalEnd end = wal.readToEnd();
    Verdict verdict = stream(verifier(wal.segment(wal.start())), wal.end(), random, 1 << 18);
    assertEquals(end.lsn(), verdict.verified, verdict::problem);
    assertEquals(end.reason() == WalEnd.Reason.MISSING_SEGMENT, verdict.problem.isEmpty());
  }

  @Property(tries = 100)
  void aWrongFlagOfAPageIsJudgedAsByTheReader(@ForAll long seed) throws IOException {
    wal.restore();
    Random random = new Random(seed);
    Lsn from = wal.start().plus((long) (1 + random.nextInt(segments() - 2)) << 20);
    Lsn page = from.plus(8192L * random.nextInt(128));
    wal.bytesAt(page)[WalWorkload.SIZE.offset(page) + 2] ^= (byte) (1 << random.nextInt(4));
    WalEnd end = wal.readToEnd();
    Verdict all = stream(verifier(wal.segment(wal.start())), wal.end(), random, 1 << 18);
    assertEquals(end.lsn(), all.verified, all::problem);
    Verdict whole = stream(verifier(wal.segment(from)), from.plus(1 << 20), random, 1 << 20);
    assertEquals(whole, stream(verifier(wal.segment(from)), from.plus(1 << 20), random, 50));
  }

  @Property(tries = 200)
  void theVerdictDoesNotDependOnThePieces(@ForAll long seed) throws IOException {
    wal.restore();
    Random random = new Random(seed);
    Lsn from = wal.start().plus((long) random.nextInt(segments() - 4) << 20);
    Lsn end = from.plus(random.nextInt(4 << 20));
    if (random.nextInt(4) > 0) {
      damage(random, from, 4 << 20);
    }
    Verdict whole = stream(verifier(wal.segment(from)), end, random, 1 << 20);
    int most = 1 + random.nextInt(random.nextBoolean() ? 300 : 30_000);
    assertEquals(whole, stream(verifier(wal.segment(from)), end, random, most));
  }

  @Property(tries = 200)
  void aStreamThatBeginsAgainIsCheckedAsOne(@ForAll long seed) throws IOException {
    wal.restore();
    Random random = new Random(seed);
    Lsn from = wal.start().plus((long) random.nextInt(segments() - 5) << 20);
    Lsn end = from.plus(5 << 20);
    Lsn cut = from.plus(1 + random.nextInt(5 << 20));
    StreamVerifier first = verifier(wal.segment(from));
    stream(first, cut, random, 1 << 18);
    damage(random, new Lsn(first.verified().value() & -(1 << 20)), 1 << random.nextInt(20));
    Verdict uncut = stream(verifier(wal.segment(from)), end, random, 1 << 18);
    StreamVerifier second = first.restartedAt(wal.segment(first.verified()));
    StreamVerifier third = second.restartedAt(wal.segment(first.verified()));
    assertEquals(uncut, stream(second, end, random, 1 << 18));
    assertEquals(uncut, stream(third, end, random, 1 << 18));
  }

  @Property(tries = 200)
  void aRecordWithoutItsBeginningIsCheckedAsOne(@ForAll long seed) throws IOException {
    wal.restore();
    Random random = new Random(seed);
    List<Lsn> inside = startsInsideLongRecords();
    Lsn from = inside.get(random.nextInt(inside.size()));
    Lsn end = from.plus(3 << 20);
    StreamVerifier first = verifier(wal.segment(from));
    stream(first, from.plus((1 << 20) + random.nextInt(1 << 20)), random, 1 << 18);
    // the header of the first page that arrives again, or one of the next
    Lsn page = from.plus((1 << 20) + 8192 * (random.nextInt(4) == 0 ? random.nextInt(8) : 0));
    int offset = WalWorkload.SIZE.offset(page) + random.nextInt(24);
    wal.bytesAt(page)[offset] ^= (byte) (1 << random.nextInt(8));
    Verdict uncut = stream(verifier(wal.segment(from)), end, random, 1 << 18);
    StreamVerifier second = first.restartedAt(wal.segment(from.plus(1 << 20)));
    assertEquals(uncut, stream(second, end, random, 1 << 18));
  }

  /** The segments that begin inside a record which goes on over the start of the next, too. */
  private List<Lsn> startsInsideLongRecords() throws IOException {
    List<Lsn> starts = new ArrayList<>();
    for (int i = 0; i < segments() - 3; i++) {
      Lsn start = wal.start().plus((long) i << 20);
      WalPageHeader page = WalPageHeader.parse("sample", 0, ByteBuffer.wrap(wal.bytesAt(start)));
      if (page.remainingLength() > 1 << 20) {
        starts.add(start);
      }
    }
    return starts;
  }

  private int segments() {
    return (int) (wal.end().minus(wal.start()) >> 20);
  }
}
