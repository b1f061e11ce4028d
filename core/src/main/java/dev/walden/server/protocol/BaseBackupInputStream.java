package dev.walden.server.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The bytes of one archive or of the manifest, read as they arrive. For one thread. */
final class BaseBackupInputStream extends InputStream {
  private final BaseBackupProtocol copy;
  private ByteBuffer piece = ByteBuffer.allocate(0);
  private boolean ended;
  private boolean over;

  BaseBackupInputStream(BaseBackupProtocol copy) {
    this.copy = copy;
  }

  /** What follows has been asked for: nothing of this is left to read. */
  void over() {
    over = true;
  }

  private boolean fill() throws IOException {
    if (over) {
      throw new IOException("this part of the base backup was left for the next");
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

  /** Hands on the bytes where they lie. */
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
