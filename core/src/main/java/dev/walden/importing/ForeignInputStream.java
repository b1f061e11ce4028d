package dev.walden.importing;

import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;

/** Reads a foreign file. That it has disappeared does not prove that it never existed. */
final class ForeignInputStream extends InputStream {
  private final String name;
  private final InputStream in;
  private final long length;
  private long position;
  private long end;

  /**
   * Reads an object.
   *
   * @param length its length when it was imported
   */
  ForeignInputStream(String name, InputStream in, long length) {
    this.name = name;
    this.in = in;
    this.length = length;
    this.end = length;
  }

  /** Limits the stream to {@code more} further bytes. */
  void limit(long more) {
    end = position + more;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (position == end) {
      requireNoMore();
      return -1;
    }
    int n;
    try {
      n = in.read(bytes, offset, (int) Math.min(count, end - position));
    } catch (IOException e) {
      throw failure(name, e);
    }
    if (n < 0) {
      throw new CorruptFileException(
          name, position, "is shorter than the " + length + " bytes that were imported");
    }
    position += n;
    return n;
  }

  /** At the object's end. */
  private void requireNoMore() throws IOException {
    try {
      if (position == length && in.read() >= 0) {
        throw new CorruptFileException(
            name, position, "is longer than the " + length + " bytes that were imported");
      }
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  static ArchiveException failure(String name, IOException e) {
    return e instanceof ArchiveException known
        ? known
        : new StorageUnavailableException(
            "cannot read " + name + " in its original place: " + e, e);
  }
}
