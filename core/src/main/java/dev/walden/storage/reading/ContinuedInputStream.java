package dev.walden.storage.reading;

import dev.walden.ArchiveException;
import dev.walden.StorageUnavailableException;
import dev.walden.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;

/** An object's bytes, continued from the next copy if one fails. */
final class ContinuedInputStream extends InputStream {
  private static final int BUFFER = 1 << 16;

  private final String name;
  private final List<Storage> copies;
  private final CopyReading.Reading<InputStream> opening;
  private final CopyFailures failures;
  private final CRC32C delivered = new CRC32C();
  private long position;
  private int next;
  private InputStream in;
  private boolean closed;

  /** Opens the first copy that can be opened. */
  ContinuedInputStream(String name, List<Storage> copies, CopyReading.Reading<InputStream> opening)
      throws IOException {
    this.name = name;
    this.copies = copies;
    this.opening = opening;
    this.failures = new CopyFailures(name);
    openNext();
  }

  private void openNext() throws IOException {
    while (next < copies.size()) {
      Storage copy = copies.get(next++);
      try {
        in = opened(copy);
        return;
      } catch (ArchiveException e) {
        CopyReading.requireAnother(e);
        failures.add(copy, e);
      }
    }
    throw failures.together();
  }

  private InputStream opened(Storage copy) throws IOException {
    InputStream opened = opening.from(copy);
    try {
      CRC32C beginning = new CRC32C();
      byte[] buffer = new byte[(int) Math.min(BUFFER, position)];
      long left = position;
      while (left > 0) {
        int n = opened.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (n < 0) {
          break;
        }
        beginning.update(buffer, 0, n);
        left -= n;
      }
      if (left > 0 || beginning.getValue() != delivered.getValue()) {
        throw new StorageUnavailableException(
            name + " cannot be continued: its beginning differs from the copy read so far");
      }
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (closed) {
      throw new IOException("the stream is closed");
    }
    while (true) {
      try {
        int n = in.read(bytes, offset, length);
        if (n > 0) {
          delivered.update(bytes, offset, n);
          position += n;
        }
        return n;
      } catch (ArchiveException e) {
        CopyReading.requireAnother(e);
        failures.add(copies.get(next - 1), e);
        closeQuietly();
        openNext();
      }
    }
  }

  private void closeQuietly() {
    try {
      in.close();
    } catch (IOException e) {
      // it has already failed
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    in.close();
  }
}
