package dev.walden.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;

/** What a copy learns about the bytes that pass: how many, their digest, how they begin. */
final class FileSummary {
  private final MessageDigest digest = Digests.newSha256();
  private final ByteArrayOutputStream beginning;
  private long length;

  FileSummary(int expectedBeginning) {
    beginning = new ByteArrayOutputStream(expectedBeginning);
  }

  void copy(InputStream in, OutputStream out, int keep) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
      digest.update(buffer, 0, n);
      beginning.write(buffer, 0, Math.min(n, keep - beginning.size()));
      length += n;
    }
  }

  long length() {
    return length;
  }

  byte[] sha256() {
    return digest.digest();
  }

  byte[] beginning() {
    return beginning.toByteArray();
  }
}
