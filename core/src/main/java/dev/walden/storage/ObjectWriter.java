package dev.walden.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * An object being written. It appears under its name when {@link #commit} returns, and never by
 * {@link #close}: closing an uncommitted writer discards what was written. Used by one thread at a
 * time, except for {@link #force}.
 */
public abstract class ObjectWriter extends OutputStream {
  /** The best memory alignment of a direct buffer, in bytes: {@link ByteBuffer#alignedSlice}. */
  public static final int ALIGNMENT = 4096;

  /** For backends. */
  protected ObjectWriter() {}

  /**
   * Makes the object durable and visible under its name. Nothing can be written after that.
   *
   * @throws dev.walden.ArchiveConflictException if the name is taken, where the storage guarantees
   *     {@link StorageGuarantees#conditionalCommit}
   * @throws dev.walden.StorageUnavailableException if that failed, or the outcome is unknown
   */
  public abstract void commit() throws IOException;

  /**
   * Makes durable what has been written and has left the writer's own buffer, so that less remains
   * for {@link #commit}, which makes everything durable in any case. Another thread may call this
   * during a write. After a failure the object cannot be committed. Does nothing if the storage
   * cannot benefit.
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
   * Writes all that remains in a buffer. A direct buffer aligned to {@link #ALIGNMENT} avoids a
   * copy.
   */
  public void write(ByteBuffer bytes) throws IOException {
    byte[] some = new byte[Math.min(bytes.remaining(), ObjectSource.BUFFER_BYTES)];
    while (bytes.hasRemaining()) {
      int n = Math.min(bytes.remaining(), some.length);
      bytes.get(some, 0, n);
      write(some, 0, n);
    }
  }

  /** Discards the object unless it was committed. May be called repeatedly. */
  @Override
  public abstract void close() throws IOException;
}
