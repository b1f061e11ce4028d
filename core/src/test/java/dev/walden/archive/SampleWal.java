package dev.walden.archive;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Segments whose first page is right and whose rest is noise. */
final class SampleWal {
  static final ClusterIdentity CLUSTER =
      new ClusterIdentity(
          new SystemIdentifier(0xF123456789ABCDEFL),
          WalSegmentSize.ofMegabytes(1),
          PgVersion.PG_17);

  private SampleWal() {}

  static WalSegment segment(long timeline, long number) {
    return new WalSegment(new TimelineId(timeline), number, CLUSTER.segmentSize());
  }

  static byte[] bytes(WalSegment segment, long seed) {
    return bytes(segment, seed, CLUSTER);
  }

  static byte[] bytes(WalSegment segment, long seed, ClusterIdentity cluster) {
    byte[] bytes = new byte[segment.size().bytes()];
    new Random(seed).nextBytes(bytes);
    ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    page.putShort((short) cluster.version().walMagic());
    page.putShort((short) 2);
    page.putInt((int) segment.timeline().value());
    page.putLong(segment.start().value());
    page.putInt(0).putInt(0);
    page.putLong(cluster.systemIdentifier().value());
    page.putInt(cluster.segmentSize().bytes());
    page.putInt(WalPageHeader.PAGE_SIZE);
    return bytes;
  }
}
