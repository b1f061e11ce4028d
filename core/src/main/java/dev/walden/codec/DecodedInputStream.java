package dev.walden.codec;

import dev.walden.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The plain bytes of an object: limited in length, checked at the end. A failure is final. */
final class DecodedInputStream extends InputStream {
  private final String objectName;
  private final InputStream in;
  private final long maxLength;
  private final Optional<byte[]> expectedSha256;
  private final MessageDigest sha256;
  private long length;
  private boolean ended;
  private boolean closed;
  private @Nullable IOException failure;

  DecodedInputStream(
      String objectName, InputStream in, long maxLength, Optional<byte[]> expectedSha256) {
    this.objectName = objectName;
    this.in = in;
    this.maxLength = maxLength;
    this.expectedSha256 = expectedSha256;
    this.sha256 = newSha256();
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, bytes.length);
    if (closed) {
      throw new IOException(objectName + ": the stream is closed");
    }
    if (failure != null) {
      throw failure;
    }
    if (count == 0) {
      return 0;
    }
    try {
      return ended ? -1 : next(bytes, offset, count);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  private int next(byte[] bytes, int offset, int count) throws IOException {
    int read = -1;
    if (length < maxLength) {
      read = in.read(bytes, offset, (int) Math.min(count, maxLength - length));
      if (read > 0) {
        length += read;
        if (expectedSha256.isPresent()) {
          sha256.update(bytes, offset, read);
        }
      }
    }
    if (read < 0 || length == maxLength) {
      end(read >= 0);
    }
    return read;
  }

  private void end(boolean atLimit) throws IOException {
    if ((atLimit || maxLength == 0) && in.read() >= 0) {
      throw new CorruptFileException(objectName, "decodes to more than " + maxLength + " bytes");
    }
    if (expectedSha256.isPresent()
        && !MessageDigest.isEqual(expectedSha256.get(), sha256.digest())) {
      throw new CorruptFileException(
          objectName, "the plain bytes do not match the SHA-256 in the header");
    }
    ended = true;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    in.close();
  }
}
