package dev.walden.archive.fs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** Reads a part of an object: all of its bytes, or a failure. */
final class ObjectReader extends InputStream {
  /** The JDK keeps a direct buffer per thread as large as the thread's largest read. */
  private static final int MOST_AT_ONCE = 1 << 20;

  private final StorageRoot root;
  private final String name;
  private final FileChannel channel;
  private long left;

  /** Reads {@code length} bytes, or those that exist, from a channel's position. */
  ObjectReader(StorageRoot root, String name, FileChannel channel, long length) {
    this.root = root;
    this.name = name;
    this.channel = channel;
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0 || left == 0) {
      return length == 0 ? 0 : -1;
    }
    int wanted = (int) Math.min(Math.min(length, left), MOST_AT_ONCE);
    int n;
    try {
      n = channel.read(ByteBuffer.wrap(bytes, offset, wanted));
    } catch (IOException e) {
      throw root.unavailable("read " + name, e);
    }
    if (n < 0) {
      throw root.unavailable(
          "read " + name, new IOException("it was truncated by " + left + " bytes"));
    }
    left -= n;
    return n;
  }

  @Override
  public int available() {
    return (int) Math.min(left, MOST_AT_ONCE);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
