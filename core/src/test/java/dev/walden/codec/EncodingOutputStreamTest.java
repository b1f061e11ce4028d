package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EncodingOutputStreamTest {
  /** A sink that breaks after some bytes and notes what is done to it. */
  private static final class Sink extends ByteArrayOutputStream {
    private final int capacity;
    private boolean flushed;
    private boolean closed;

    Sink(int capacity) {
      this.capacity = capacity;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      if (count + length > capacity) {
        throw new DiskFull();
      }
      super.write(bytes, offset, length);
    }

    @Override
    public void flush() {
      flushed = true;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class DiskFull extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** All codecs whose objects have an end; plain bytes have none. */
  static List<Codec> codecs() {
    return Samples.codecs().stream().filter(codec -> !codec.suffix().isEmpty()).toList();
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void closingWithoutFinishingLeavesNothingThatDecodes(Codec codec) throws IOException {
    for (int length : new int[] {0, 1, 65536, 65537, 131072, 300_000}) {
      Sink sink = new Sink(Integer.MAX_VALUE);
      EncodingOutputStream out = codec.encode(sink);
      out.write(Samples.bytes(length));
      out.close();
      out.close();
      assertThrows(IOException.class, out::finish);
      assertThrows(IOException.class, () -> out.write(1));
      assertThrows(
          ArchiveException.class,
          () -> Samples.decode("x" + codec.suffix(), sink.toByteArray()),
          "given up after " + length);
      assertFalse(sink.flushed || sink.closed);
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void afterTheSinkFailedNothingDecodesAndFinishThrows(Codec codec) throws IOException {
    byte[] plain = Samples.bytes(300_000);
    int whole = Samples.encode(codec, plain).length;
    for (int capacity : new int[] {1000, whole / 2, whole - 1}) {
      Sink sink = new Sink(capacity);
      try (EncodingOutputStream out = codec.encode(sink)) {
        assertThrows(
            DiskFull.class,
            () -> {
              out.write(plain);
              out.finish();
            });
        assertThrows(IOException.class, out::finish);
        assertThrows(IOException.class, () -> out.write(1));
      }
      assertThrows(
          ArchiveException.class, () -> Samples.decode("x" + codec.suffix(), sink.toByteArray()));
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void finishingCompletesAndFlushesAndLeavesTheSinkOpen(Codec codec) throws IOException {
    Sink sink = new Sink(Integer.MAX_VALUE);
    EncodingOutputStream out = codec.encode(sink);
    out.write(Samples.bytes(70_000));
    out.finish();
    assertTrue(sink.flushed);
    byte[] stored = sink.toByteArray();
    assertArrayEquals(Samples.bytes(70_000), Samples.decode("x" + codec.suffix(), stored));
    assertThrows(IOException.class, out::finish);
    assertThrows(IOException.class, () -> out.write(1));
    out.close();
    assertFalse(sink.closed);
    assertEquals(stored.length, sink.size(), "closing a finished object adds nothing");
  }

  @Test
  void argumentsAreChecked() throws IOException {
    Codec codec = new Codec(Compression.NONE, Encryption.none());
    try (EncodingOutputStream out = codec.encode(new ByteArrayOutputStream())) {
      assertThrows(IndexOutOfBoundsException.class, () -> out.write(new byte[3], 2, 2));
    }
    assertThrows(IllegalArgumentException.class, () -> new Claim("x", new byte[31]));
    assertThrows(IllegalArgumentException.class, () -> new Claim("x\ny", new byte[32]));
  }
}
