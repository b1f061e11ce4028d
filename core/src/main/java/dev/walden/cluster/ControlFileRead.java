package dev.walden.cluster;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a {@code pg_control} that the server may be writing, as {@code get_controlfile} does. */
final class ControlFileRead {
  static final int ATTEMPTS = 10;

  private static final long PAUSE_MILLIS = 10;

  /** Returns the current content of the file. */
  interface Source {
    byte[] content() throws IOException;
  }

  private ControlFileRead() {}

  static ControlFile of(Path file) throws IOException {
    return of(
        file.toString(),
        () -> {
          try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(ControlFile.SIZE + 1);
          }
        });
  }

  static ControlFile of(String file, Source source) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return ControlFile.parse(file, source.content());
      } catch (CorruptFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
      pause(file);
    }
  }

  private static void pause(String file) throws IOException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading " + file);
    }
  }
}
