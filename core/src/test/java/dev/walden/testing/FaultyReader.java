package dev.walden.testing;

import dev.walden.testing.FaultyStorage.Fault;
import dev.walden.testing.FaultyStorage.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A stream of a {@link FaultyStorage} with one fault, which occurs before a byte. */
final class FaultyReader extends InputStream {
  private final FaultyStorage storage;
  private final String name;
  private final InputStream in;
  private final Fault fault;
  private final long place;
  private long position;

  FaultyReader(FaultyStorage storage, String name, InputStream in, Fault fault, long place) {
    this.storage = storage;
    this.name = name;
    this.in = in;
    this.fault = fault;
    this.place = place;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (storage.isUnavailable()) {
      throw storage.unavailable(Operation.READ, name);
    }
    if (length == 0 || position > place) {
      return readSound(bytes, offset, length);
    }
    if (position < place) {
      return readSound(bytes, offset, (int) Math.min(length, place - position));
    }
    return switch (fault) {
      case TRUNCATED -> -1;
      case FLIPPED -> {
        int n = readSound(bytes, offset, 1);
        bytes[offset] ^= (byte) (1 << storage.place(Byte.SIZE));
        yield n;
      }
      case BEFORE_EFFECT, AFTER_EFFECT -> throw storage.unavailable(Operation.READ, name);
    };
  }

  private int readSound(byte[] bytes, int offset, int length) throws IOException {
    int n = in.read(bytes, offset, length);
    position += Math.max(0, n);
    return n;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
