package dev.walden.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes that can be read repeatedly from the start, so that a storage may retry. Every stream
 * yields the same {@link #length()} bytes.
 */
public interface ObjectSource {
  /** The buffer size of {@link #copyTo}, in bytes. */
  int BUFFER_BYTES = 1 << 18;

  /** The exact number of bytes. */
  long length();

  /** A new stream over all the bytes; the caller closes it. */
  InputStream open() throws IOException;

  /**
   * Writes all the bytes to {@code out}, which stays open.
   *
   * @throws IOException what either stream throws, unchanged; or if the source does not have
   *     exactly {@link #length()} bytes, at most which are written
   */
  default void copyTo(OutputStream out) throws IOException {
    long left = length();
    try (InputStream in = open()) {
      byte[] buffer = new byte[(int) Math.max(1, Math.min(left, BUFFER_BYTES))];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        left -= n;
        if (left < 0) {
          throw new IOException("the source has more than its " + length() + " bytes");
        }
        out.write(buffer, 0, n);
      }
    }
    if (left > 0) {
      throw new IOException("the source ended " + left + " bytes before its " + length());
    }
  }

  /** The bytes of an array, which must not change while the source is in use. */
  static ObjectSource of(byte[] bytes) {
    return new ObjectSource() {
      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    };
  }

  /** The bytes of a file, which must not change while the source is in use. */
  static ObjectSource of(Path file) throws IOException {
    long length = Files.size(file);
    return new ObjectSource() {
      @Override
      public long length() {
        return length;
      }

      @Override
      public InputStream open() throws IOException {
        return Files.newInputStream(file);
      }
    };
  }
}
