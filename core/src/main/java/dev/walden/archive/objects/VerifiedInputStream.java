package dev.walden.archive.objects;

import dev.walden.CorruptFileException;
import dev.walden.backup.ObjectDigest;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/**
 * Ends only after exactly the promised bytes were read; otherwise it throws. Skipped bytes are
 * read, too.
 */
public final class VerifiedInputStream extends InputStream {
  private final String name;
  private final InputStream in;
  private final OptionalLong length;
  private final ObjectDigest promised;
  private final String witness;
  private final RunningDigest digest;
  private long position;
  private boolean verified;

  /**
   * Reads an object.
   *
   * @param witness the file that promises length and digest
   */
  public VerifiedInputStream(
      String name, InputStream in, long length, ObjectDigest promised, String witness) {
    this(name, in, OptionalLong.of(length), promised, witness);
  }

  VerifiedInputStream(
      String name, InputStream in, OptionalLong length, ObjectDigest promised, String witness) {
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
    if (length.isPresent()) {
      requireLength(length.getAsLong(), n < 0);
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

  private void requireLength(long expected, boolean ended) throws CorruptFileException {
    if (position > expected || ended && position < expected) {
      throw new CorruptFileException(
          name,
          position,
          "is "
              + (ended ? "shorter" : "longer")
              + " than the "
              + expected
              + " bytes that "
              + witness
              + " promises");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
