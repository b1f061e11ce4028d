package dev.walden.archive.objects;

import dev.walden.CorruptFileException;
import dev.walden.backup.ObjectDigest;
import java.io.IOException;
import java.io.InputStream;

/**
 * Ends only when exactly the promised bytes were read; otherwise it throws. What is skipped is
 * read, too.
 */
public final class VerifiedInputStream extends InputStream {
  private final String name;
  private final InputStream in;
  private final long length;
  private final ObjectDigest promised;
  private final String witness;
  private final RunningDigest digest;
  private long position;
  private boolean verified;

  /**
   * Reads an object.
   *
   * @param witness who promises length and digest
   */
  public VerifiedInputStream(
      String name, InputStream in, long length, ObjectDigest promised, String witness) {
    this.name = name;
    this.in = in;
    this.length = length;
    this.promised = promised;
    this.digest = RunningDigest.of(promised.algorithm());
    this.witness = witness;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    int n = in.read(bytes, offset, count);
    if (n > 0) {
      digest.update(bytes, offset, n);
      position += n;
    }
    if (position > length || n < 0 && position < length) {
      throw new CorruptFileException(
          name,
          position,
          "is "
              + (n < 0 ? "shorter" : "longer")
              + " than the "
              + length
              + " bytes that "
              + witness
              + " promises");
    }
    if (n < 0 && !verified) {
      if (!digest.finish().equals(promised)) {
        throw new CorruptFileException(
            name, "its " + promised.algorithm() + " is not the one in " + witness);
      }
      verified = true;
    }
    return n;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
