package dev.walden.server.receive;

import dev.walden.errors.Arguments;
import dev.walden.server.receive.spool.BufferMemory;

/**
 * Memory for the segments that receivers without a spool hold until they are archived: outside the
 * heap, bounded, and shared by all receivers that are given it. Each has one segment of it for
 * certain, which is checked at its start, and up to {@link WalReceiver.Builder#parallelism} more
 * while there is some; where there is none it waits until one of its own is archived. A segment is
 * in a file if those that the receiver has wait for it, since a record goes on in it, or if the JVM
 * has less than this.
 *
 * <p>Safe for use by many threads. What was allocated stays, for use again.
 */
public final class SegmentMemory {
  private final long bytes;
  private final BufferMemory buffers;

  private SegmentMemory(long bytes) {
    this.bytes = bytes;
    this.buffers = new BufferMemory(bytes);
  }

  /**
   * So much and no more. The JVM must allow it ({@code -XX:MaxDirectMemorySize}, by default as much
   * as {@code -Xmx}), and some for what storages need.
   */
  public static SegmentMemory ofBytes(long bytes) {
    Arguments.require(bytes > 0, "bytes", bytes);
    return new SegmentMemory(bytes);
  }

  BufferMemory buffers() {
    return buffers;
  }

  @Override
  public String toString() {
    return "segment memory of " + bytes + " bytes";
  }
}
