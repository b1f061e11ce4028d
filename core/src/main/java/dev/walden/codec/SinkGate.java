package dev.walden.codec;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Shields the sink while an encoder is closed to free its resources: the end that the encoder then
 * writes must not reach the sink.
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

  /** Leaves the sink open, which belongs to the caller. */
  @Override
  public void close() {}
}
