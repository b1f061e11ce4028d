package dev.walden.archive.repacking;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Writes everything that is read to a second place. */
final class TeeInputStream extends FilterInputStream {
  private final OutputStream copy;

  TeeInputStream(InputStream in, OutputStream copy) {
    super(in);
    this.copy = copy;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = in.read(bytes, offset, length);
    if (n > 0) {
      copy.write(bytes, offset, n);
    }
    return n;
  }

  @Override
  public long skip(long count) throws IOException {
    throw new UnsupportedOperationException("every byte is copied");
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
