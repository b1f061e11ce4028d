package dev.walden.archive.objects;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** What a copy learns about the bytes that pass: how many, and how they begin. */
public final class CopiedBeginning {
  private final ByteArrayOutputStream beginning;
  private long length;

  public CopiedBeginning(int expectedBeginning) {
    beginning = new ByteArrayOutputStream(expectedBeginning);
  }

  public void copy(InputStream in, OutputStream out, int keep) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
      beginning.write(buffer, 0, Math.min(n, keep - beginning.size()));
      length += n;
    }
  }

  public long length() {
    return length;
  }

  public byte[] beginning() {
    return beginning.toByteArray();
  }
}
