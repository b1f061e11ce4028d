package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.StreamVerifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/** Streams segments in pieces of any length, and now and then begins again. */
final class OutlineStream {
  private static final WalSegmentSize SIZE = WrittenWal.SIZE;

  private final Function<WalSegment, byte[]> bytes;
  private final Lsn end;
  private final Random random;
  private final int restarts;
  private final StreamedOutlines outlines = new StreamedOutlines();
  private StreamVerifier verifier;
  private int arrived;
  private int told;
  private Lsn first;

  OutlineStream(
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

  static ClusterIdentity cluster(byte[] segment) throws IOException {
    WalPageHeader page = WalPageHeader.parse("sample", 0, ByteBuffer.wrap(segment));
    return new ClusterIdentity(
        new SystemIdentifier(page.systemIdentifier()), SIZE, PgVersion.ofWalMagic(page.magic()));
  }

  /** How many segments have arrived. */
  int arrived() {
    return arrived;
  }

  /** Of how many of them there were outlines. */
  int told() {
    return told;
  }

  /** Where the first of these begins. */
  Lsn first() {
    return first;
  }
}
