package dev.walden.archive.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes that can be read again from the start, so that a storage may retry. Every opening yields
 * the same {@link #length()} bytes.
 */
public interface ObjectSource {
  /** The exact number of bytes. */
  long length();

  /** A new stream over all the bytes; the caller closes it. */
  InputStream open() throws IOException;

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
