package dev.walden.server.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The bytes of one archive or of the manifest, as they arrive. For use by one thread. */
final class BaseBackupInputStream extends InputStream {
  private final BaseBackupProtocol copy;
  private ByteBuffer piece = ByteBuffer.allocate(0);
  private boolean ended;
  private boolean over;

  BaseBackupInputStream(BaseBackupProtocol copy) {
    this.copy = copy;
  }

  /** The caller has moved on: the rest of this content is no longer readable. */
  void over() {
    over = true;
  }

  private boolean fill() throws IOException {
    if (over) {
      throw new IOException("the base backup has moved on to its next part");
    }
    while (!ended && !piece.hasRemaining()) {
      if (copy.nextPiece()) {
        piece = copy.piece();
      } else {
        ended = true;
      }
    }
    return !ended;
  }

  @Override
  public int read() throws IOException {
    return fill() ? piece.get() & 0xFF : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, piece.remaining());
    piece.get(bytes, offset, n);
    return n;
  }

  @Override
  public int available() {
    return over ? 0 : piece.remaining();
  }

  /** Passes the bytes on in place. */
  @Override
  public long transferTo(OutputStream out) throws IOException {
    long bytes = 0;
    while (fill()) {
      bytes += piece.remaining();
      out.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
      piece.position(piece.limit());
    }
    return bytes;
  }
}
