package dev.walden.codec;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Stands before the sink, so that an encoder can be closed, which frees what it holds but also
 * makes it write its end, without the sink seeing that end.
 */
final class SinkGate extends OutputStream {
  private final OutputStream sink;
  private boolean shut;

  SinkGate(OutputStream sink) {
    this.sink = sink;
  }

  void shut() {
    shut = true;
  }

  @Override
  public void write(int b) throws IOException {
    if (!shut) {
      sink.write(b);
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (!shut) {
      sink.write(bytes, offset, length);
    }
  }

  @Override
  public void flush() throws IOException {
    if (!shut) {
      sink.flush();
    }
  }

  /** Leaves the sink open: it is the caller's. */
  @Override
  public void close() {}
}
