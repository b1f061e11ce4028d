package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Segments of a real server, checked as if it streamed them. */
final class VerifiedStream {
  private static final WalSegmentSize SIZE = WalWorkload.SIZE;

  private final SegmentDirectory wal;
  private StreamVerifier verifier;

  VerifiedStream(SegmentDirectory wal) {
    this.wal = wal;
  }

  /** Begins anew with the segment that holds a position. */
  void begin(TimelineId timeline, Lsn at) throws IOException {
    WalSegment first = WalSegment.containing(timeline, at, SIZE);
    WalPageHeader page = WalPageHeader.parse("first", 0, ByteBuffer.wrap(bytes(first)));
    verifier =
        new StreamVerifier(
            new ClusterIdentity(
                new SystemIdentifier(page.systemIdentifier()),
                SIZE,
                PgVersion.ofWalMagic(page.magic())),
            first);
  }

  /** Goes on with a timeline that leaves this one. */
  void turnTo(TimelineId timeline, Lsn switchPoint) {
    verifier = verifier.restartedAt(WalSegment.containing(timeline, switchPoint, SIZE));
  }

  /** Streams up to the end of a record; all must be valid. */
  void validTo(TimelineId timeline, Lsn end) throws IOException {
    while (verifier.received().isBefore(end)) {
      Lsn at = verifier.received();
      byte[] bytes = bytes(WalSegment.containing(timeline, at, SIZE));
      int offset = SIZE.offset(at);
      long count = Math.min(Math.min(128 << 10, bytes.length - offset), end.minus(at));
      verifier.accept(ByteBuffer.wrap(bytes, offset, (int) count));
    }
    assertEquals(end, verifier.verified());
  }

  private byte[] bytes(WalSegment segment) throws IOException {
    try (InputStream in = wal.open(segment).orElseThrow()) {
      return in.readAllBytes();
    }
  }
}
