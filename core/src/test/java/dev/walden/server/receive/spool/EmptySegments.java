package dev.walden.server.receive.spool;

import dev.walden.wal.WalSegment;
import java.nio.ByteBuffer;

/** Segments without bytes, for tests of what never looks at them. */
public final class EmptySegments {
  private EmptySegments() {}

  public static OpenSegment of(WalSegment segment) {
    return new BufferedSegment(segment, ByteBuffer.allocate(0), () -> {});
  }
}
