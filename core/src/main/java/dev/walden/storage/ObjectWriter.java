package dev.walden.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * An object being written. It appears under its name when {@link #commit} returns, and never by
 * {@link #close}: closing an uncommitted writer discards what was written. Used by one thread at a
 * time, but for {@link #force}.
 */
public abstract class ObjectWriter extends OutputStream {
  /**
   * Where a buffer outside the heap best begins in memory, in bytes: {@link
   * ByteBuffer#alignedSlice}.
   */
  public static final int ALIGNMENT = 4096;

  /**
   * Makes the object durable and visible under its name. Nothing can be written afterwards.
   *
   * @throws dev.walden.ArchiveConflictException if the name is taken, where the storage guarantees
   *     {@link StorageGuarantees#conditionalCommit}
   * @throws dev.walden.StorageUnavailableException if that failed, or nobody can tell
   */
  public abstract void commit() throws IOException;

  /**
   * Makes durable what was written so far, as far as it has left the writer's own buffer, so that
   * less is left for {@link #commit}, which makes everything durable in any case. Another thread
   * may call this while one writes. After a failure the object cannot be committed. Does nothing
   * where a storage has nothing to gain from it.
   *
   * @throws dev.walden.StorageUnavailableException if that failed
   */
  public void force() throws IOException {}

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public abstract void write(byte[] bytes, int offset, int length) throws IOException;

  /**
   * Writes all that remains in a buffer; one outside the heap is best, that begins at a multiple of
   * {@link #ALIGNMENT}: it need not be copied.
   */
  public void write(ByteBuffer bytes) throws IOException {
    byte[] some = new byte[Math.min(bytes.remaining(), ObjectSource.BUFFER_BYTES)];
    while (bytes.hasRemaining()) {
      int n = Math.min(bytes.remaining(), some.length);
      bytes.get(some, 0, n);
      write(some, 0, n);
    }
  }

  /** Discards the object unless it was committed. May be called more than once. */
  @Override
  public abstract void close() throws IOException;
}
