package dev.walden.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server's log since one of its starts. */
record ServerLog(Path file, long from) {
  private static final int TAIL_BYTES = 8192;

  /** The future part of the log. */
  static ServerLog next(Path file) throws IOException {
    return new ServerLog(file, Files.exists(file) ? Files.size(file) : 0);
  }

  String text() throws IOException {
    return read(from);
  }

  /** The last lines, for messages. */
  String tail() throws IOException {
    return read(Math.max(from, Files.size(file) - TAIL_BYTES));
  }

  private String read(long position) throws IOException {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[Math.toIntExact(Math.max(0, log.length() - position))];
      log.seek(position);
      log.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
