package dev.walden.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * An object being encoded. It is complete only once {@link #finish} returns. {@link #close} before
 * that leaves the sink with an incomplete object that {@link Decoder}, {@code age} and {@code zstd}
 * reject. (Bytes that are neither compressed nor encrypted have no such end mark; the caller must
 * not publish them.)
 *
 * <p>For use by one thread at a time. Always close it: it holds native memory.
 */
public final class EncodingOutputStream extends OutputStream {
  private enum State {
    OPEN,
    FAILED,
    FINISHED,
    CLOSED
  }

  /** Writes the end of the encrypted object. */
  interface Completion {
    void complete() throws IOException;
  }

  private final OutputStream encoder;
  private final Completion completion;
  private final SinkGate gate;
  private State state = State.OPEN;

  EncodingOutputStream(OutputStream encoder, Completion completion, SinkGate gate) {
    this.encoder = encoder;
    this.completion = completion;
    this.gate = gate;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  /** After a failed write, only {@link #close} may be called. */
  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    requireOpen();
    state = State.FAILED;
    encoder.write(bytes, offset, length);
    state = State.OPEN;
  }

  /** Does nothing: bytes reach the sink in whole blocks, and all of them at the end. */
  @Override
  public void flush() {}

  /**
   * Completes the object and flushes the sink, which stays open. If this throws, the object is not
   * complete.
   *
   * @throws IOException also if an earlier write failed, or this stream was finished or closed
   */
  public void finish() throws IOException {
    requireOpen();
    state = State.FAILED;
    encoder.close();
    completion.complete();
    gate.flush();
    state = State.FINISHED;
  }

  private void requireOpen() throws IOException {
    switch (state) {
      case OPEN -> {}
      case FAILED -> throw new IOException("an earlier write failed; begin the object again");
      case FINISHED -> throw new IOException("the object is already finished");
      default -> throw new IOException("the object was abandoned: its stream is closed");
    }
  }

  /** Abandons the object unless it was finished. The sink stays open. */
  @Override
  public void close() throws IOException {
    if (state == State.OPEN || state == State.FAILED) {
      state = State.CLOSED;
      gate.shut();
      encoder.close();
    }
  }
}
