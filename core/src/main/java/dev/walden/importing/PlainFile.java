package dev.walden.importing;

import dev.walden.CorruptFileException;
import dev.walden.wal.WalFileName;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The plain bytes of a foreign file: itself, or a temporary copy, which closing removes. */
record PlainFile(Path path, boolean temporary) implements Closeable {
  private static final int BUFFER = 1 << 16;

  /**
   * Unpacks a compressed file. A partial one, whose writer may not have finished, is unpacked as
   * far as possible; its records are checked later.
   */
  static PlainFile of(ForeignFile file, long maxLength) throws IOException {
    if (!file.isCompressed()) {
      return new PlainFile(file.path(), false);
    }
    Path copy = Files.createTempFile("walden-import-", ".tmp");
    try {
      try (InputStream in = file.open(maxLength);
          OutputStream out = Files.newOutputStream(copy)) {
        byte[] buffer = new byte[BUFFER];
        for (int n = read(file, in, buffer); n >= 0; n = read(file, in, buffer)) {
          out.write(buffer, 0, n);
        }
      }
      return new PlainFile(copy, true);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(copy);
      throw e;
    }
  }

  private static int read(ForeignFile file, InputStream in, byte[] buffer) throws IOException {
    try {
      return in.read(buffer);
    } catch (CorruptFileException e) {
      if (file.name() instanceof WalFileName.Partial) {
        return -1;
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    if (temporary) {
      Files.deleteIfExists(path);
    }
  }
}
