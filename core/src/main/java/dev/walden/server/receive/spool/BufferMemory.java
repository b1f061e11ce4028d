package dev.walden.server.receive.spool;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory outside the heap for segments, bounded, for one receiver or many. Each has one segment for
 * certain; more as long as there is some. If the JVM has less than the bound, the bound is what the
 * JVM has. Safe for use by many threads.
 */
public final class BufferMemory {
  private static final Logger LOG = LoggerFactory.getLogger(BufferMemory.class);

  /** How long nothing more is asked of a JVM that had nothing: each try collects garbage. */
  private static final long SHORTAGE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What is left to others at least: files and storages need memory outside the heap, too. */
  private static final int LEAST_LEFT = 4 << 20;

  private final long limit;

  // guarded by this
  private final Deque<ByteBuffer> kept = new ArrayDeque<>();
  private long keptBytes;
  private long takenBytes;
  private long promised;
  private long extra;
  private int members;
  private long shortSince;
  private boolean isShort;

  public BufferMemory(long limit) {
    this.limit = limit;
  }

  /**
   * Promises room for a segment.
   *
   * @throws IllegalStateException if all is promised to others
   */
  public synchronized Share join(int bytes) {
    if (promised + bytes > limit) {
      throw new IllegalStateException(
          String.format(
              "a segment memory of %,d bytes is too small: %,d are promised to %d receivers, and"
                  + " one more needs %,d",
              limit, promised, members, bytes));
    }
    promised += bytes;
    members++;
    return new Share(bytes);
  }

  private boolean isShort() {
    isShort &= System.nanoTime() - shortSince < SHORTAGE_NANOS;
    return isShort;
  }

  private synchronized void ranShort(OutOfMemoryError e) {
    isShort = true;
    shortSince = System.nanoTime();
    kept.clear();
    keptBytes = 0;
    LOG.warn(
        "the JVM has no memory for a segment, which goes through a file or waits; raise"
            + " -XX:MaxDirectMemorySize, or let receivers share a SegmentMemory: {}",
        e.getMessage());
  }

  private @Nullable ByteBuffer reused(int bytes) {
    for (Iterator<ByteBuffer> all = kept.iterator(); all.hasNext(); ) {
      ByteBuffer next = all.next();
      if (next.capacity() == bytes) {
        all.remove();
        keptBytes -= bytes;
        return next;
      }
    }
    return null;
  }

  private void keep(ByteBuffer buffer) {
    kept.addLast(buffer);
    keptBytes += buffer.capacity();
  }

  /** Lets go of kept buffers of another size if a new one would be too much beside them. */
  private void makeRoom() {
    while (!kept.isEmpty() && takenBytes + keptBytes > limit) {
      keptBytes -= kept.removeFirst().capacity();
    }
  }

  /** The part of one receiver. */
  public final class Share implements Closeable {
    private final int bytes;

    // guarded by the memory
    private int taken;
    private boolean closed;

    private Share(int bytes) {
      this.bytes = bytes;
    }

    /**
     * Memory for a segment.
     *
     * @return empty if there was none in the time
     */
    Optional<ByteBuffer> take(long milliseconds) throws InterruptedException {
      synchronized (BufferMemory.this) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        while (!mayTake()) {
          long left = deadline - System.nanoTime();
          if (left <= 0) {
            return Optional.empty();
          }
          TimeUnit.NANOSECONDS.timedWait(BufferMemory.this, left);
        }
        ByteBuffer found = reused(bytes);
        count(1);
        if (found != null) {
          return Optional.of(found);
        }
        makeRoom();
      }
      try {
        ByteBuffer memory = SegmentPool.aligned(bytes);
        // garbage at once: proves that so much is left
        ByteBuffer.allocateDirect(LEAST_LEFT);
        return Optional.of(memory);
      } catch (OutOfMemoryError e) {
        ranShort(e);
        release();
        return Optional.empty();
      }
    }

    private boolean mayTake() {
      boolean promisedOne = taken == 0;
      boolean there = promisedOne || promised + extra + bytes <= limit;
      boolean reusable = kept.stream().anyMatch(buffer -> buffer.capacity() == bytes);
      return there && (reusable || !isShort());
    }

    /** How many segments' memory it has now. */
    int taken() {
      synchronized (BufferMemory.this) {
        return taken;
      }
    }

    private void count(int change) {
      int before = Math.max(taken, 1);
      taken += change;
      takenBytes += (long) change * bytes;
      extra += (long) (Math.max(taken, 1) - before) * bytes;
    }

    void give(ByteBuffer buffer) {
      synchronized (BufferMemory.this) {
        if (!isShort()) {
          keep(buffer);
        }
        release();
      }
    }

    private void release() {
      synchronized (BufferMemory.this) {
        count(-1);
        leave();
        BufferMemory.this.notifyAll();
      }
    }

    /** Takes nothing more; what is taken is given back by whoever has it. */
    @Override
    public void close() {
      synchronized (BufferMemory.this) {
        if (!closed) {
          closed = true;
          members--;
          leave();
          BufferMemory.this.notifyAll();
        }
      }
    }

    private void leave() {
      if (closed && taken == 0) {
        promised -= bytes;
      }
    }
  }
}
