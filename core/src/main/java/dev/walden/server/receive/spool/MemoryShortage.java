package dev.walden.server.receive.spool;

import java.io.IOException;

/** The JVM had no memory: no fault of the server or the storage, and it may have some later. */
public final class MemoryShortage extends IOException {
  private static final long serialVersionUID = 1L;

  public MemoryShortage(OutOfMemoryError cause) {
    super(
        "this JVM is short of memory ("
            + cause.getMessage()
            + "): raise -Xmx or -XX:MaxDirectMemorySize, or let receivers share a SegmentMemory",
        cause);
  }
}
