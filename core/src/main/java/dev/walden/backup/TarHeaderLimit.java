package dev.walden.backup;

import dev.walden.CorruptFileException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Limits the headers of each member of a tar archive: the library holds long names and pax headers
 * in memory, and any number may follow each other.
 */
final class TarHeaderLimit extends FilterInputStream {
  // a path has at most 4096 bytes, an extended attribute 65536
  private static final int MAX_HEADERS = 128 << 10;

  private final String name;
  private long position;
  private long limit = MAX_HEADERS;

  TarHeaderLimit(String name, InputStream in) {
    super(in);
    this.name = name;
  }

  /** A member of this size comes next, then the headers of its successor. */
  void member(long size) {
    limit = position + Math.min(size, Long.MAX_VALUE / 2) + MAX_HEADERS;
  }

  private int room(long wanted) throws IOException {
    if (wanted > 0 && position >= limit) {
      throw new CorruptFileException(
          name, position, "the tar headers of one member exceed " + MAX_HEADERS + " bytes");
    }
    return (int) Math.min(Math.min(wanted, Integer.MAX_VALUE), limit - position);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = in.read(bytes, offset, room(length));
    position += Math.max(0, n);
    return n;
  }

  @Override
  public long skip(long count) throws IOException {
    long n = in.skip(room(count));
    position += n;
    return n;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
