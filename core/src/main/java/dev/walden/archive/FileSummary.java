package dev.walden.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** What a copy learns about the bytes that pass: how many, and how they begin. */
final class FileSummary {
  private final ByteArrayOutputStream beginning;
  private long length;

  FileSummary(int expectedBeginning) {
    beginning = new ByteArrayOutputStream(expectedBeginning);
  }

  void copy(InputStream in, OutputStream out, int keep) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
      beginning.write(buffer, 0, Math.min(n, keep - beginning.size()));
      length += n;
    }
  }

  long length() {
    return length;
  }

  byte[] beginning() {
    return beginning.toByteArray();
  }
}
