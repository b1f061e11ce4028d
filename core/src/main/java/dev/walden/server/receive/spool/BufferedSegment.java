package dev.walden.server.receive.spool;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.ObjectWriter;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A segment in memory. It is lost with the process; the slot still has it. */
final class BufferedSegment implements OpenSegment {
  private final WalSegment segment;
  private final ByteBuffer memory;
  private final Runnable release;
  private boolean released;

  /**
   * A segment without any byte.
   *
   * @param memory of the segment's size
   * @param release what to do once the memory is free
   */
  BufferedSegment(WalSegment segment, ByteBuffer memory, Runnable release) {
    this.segment = segment;
    this.memory = memory.clear();
    this.release = release;
  }

  @Override
  public WalSegment segment() {
    return segment;
  }

  @Override
  public int length() {
    return memory.position();
  }

  @Override
  public void append(ByteBuffer data) {
    memory.put(data);
  }

  @Override
  public synchronized Optional<byte[]> copy(int from, int to) {
    if (released) {
      return Optional.empty();
    }
    byte[] bytes = new byte[to - from];
    // appending changes the position and later bytes only
    memory.get(from, bytes);
    return Optional.of(bytes);
  }

  @Override
  public void truncate(int shorter) {
    memory.position(Math.min(shorter, memory.position()));
  }

  @Override
  public void force() {
    // memory survives no crash; only what is archived is acknowledged
  }

  @Override
  public void complete() {
    // as above
  }

  @Override
  public ObjectSource padded() {
    ByteBuffer bytes = memory.duplicate();
    while (bytes.hasRemaining()) {
      bytes.put((byte) 0);
    }
    ByteBuffer whole = bytes.flip().asReadOnlyBuffer();
    return new ObjectSource() {
      @Override
      public long length() {
        return whole.limit();
      }

      @Override
      public InputStream open() {
        return new BufferInputStream(whole.duplicate());
      }

      @Override
      public void copyTo(OutputStream out) throws IOException {
        if (out instanceof ObjectWriter writer) {
          writer.write(whole.duplicate());
        } else {
          ObjectSource.super.copyTo(out);
        }
      }
    };
  }

  @Override
  public void discard() {
    close();
  }

  @Override
  public synchronized void close() {
    if (!released) {
      released = true;
      release.run();
    }
  }

  /** Reads a buffer. */
  private static final class BufferInputStream extends InputStream {
    private final ByteBuffer buffer;

    BufferInputStream(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public int read() {
      return buffer.hasRemaining() ? buffer.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int n = Math.min(length, buffer.remaining());
      buffer.get(bytes, offset, n);
      return n == 0 ? -1 : n;
    }

    @Override
    public int available() {
      return buffer.remaining();
    }
  }
}
