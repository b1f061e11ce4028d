package dev.walden.recovery.agreement;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** A segment whose first page header is right and whose rest is noise. */
public final class NoiseSegment {
  private NoiseSegment() {}

  public static ObjectSource of(ClusterIdentity cluster, WalSegment segment) {
    byte[] bytes = new byte[segment.size().bytes()];
    new Random(segment.number()).nextBytes(bytes);
    ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    page.putShort((short) cluster.version().walMagic());
    page.putShort((short) 2);
    page.putInt((int) segment.timeline().value());
    page.putLong(segment.start().value());
    page.putInt(0).putInt(0);
    page.putLong(cluster.systemIdentifier().value());
    page.putInt(cluster.segmentSize().bytes());
    page.putInt(WalPageHeader.PAGE_SIZE);
    return ObjectSource.of(bytes);
  }
}
