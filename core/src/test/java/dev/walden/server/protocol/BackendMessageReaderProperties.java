package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BackendMessageReaderProperties {

  @Property(tries = 200)
  void messagesArriveWholeHoweverTheyAreCutAndDelayed(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 0, max = 700_000) Integer> lengths,
      @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    byte[][] messages = new byte[lengths.size()][];
    for (int i = 0; i < messages.length; i++) {
      // mostly short ones, some longer than the buffer
      byte[] body = new byte[random.nextInt(10) == 0 ? lengths.get(i) : lengths.get(i) % 40_000];
      random.nextBytes(body);
      messages[i] = ScriptedServer.message('a' + i, body);
    }
    BackendMessageReader reader =
        new BackendMessageReader(new Halting(ScriptedServer.joined(messages), random));
    for (int i = 0; i < messages.length; i++) {
      while (!reader.read()) {
        // the timeout of the stream has passed
      }
      assertEquals('a' + i, reader.type());
      ByteBuffer body = reader.body();
      byte[] found = new byte[body.remaining()];
      body.get(found);
      assertArrayEquals(messages[i], ScriptedServer.message('a' + i, found));
    }
    assertThrows(
        EOFException.class,
        () -> {
          while (!reader.read()) {
            // the timeout of the stream has passed
          }
        });
  }

  @Property
  void junkNeverCrashesIt(@ForAll byte[] junk, @ForAll long seed) {
    BackendMessageReader reader = new BackendMessageReader(new Halting(junk, new Random(seed)));
    assertThrows(
        IOException.class,
        () -> {
          while (true) {
            if (reader.read()) {
              ServerError.parse(reader.body());
              try {
                DataRow.parse(reader.body());
              } catch (java.net.ProtocolException e) {
                // the other permitted outcome
              }
            }
          }
        });
  }

  @Property
  void junkIsNeverMoreThanABadRowOrError(@ForAll byte[] junk) {
    ServerError.parse(ByteBuffer.wrap(junk));
    try {
      DataRow row = DataRow.parse(ByteBuffer.wrap(junk));
      row.value(0, Long::valueOf);
    } catch (java.net.ProtocolException e) {
      // the other permitted outcome
    }
  }

  /** Gives bytes in pieces of random size, with timeouts between. */
  private static final class Halting extends InputStream {
    private final byte[] bytes;
    private final Random random;
    private int position;

    Halting(byte[] bytes, Random random) {
      this.bytes = bytes;
      this.random = random;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (random.nextInt(4) == 0) {
        throw new SocketTimeoutException();
      }
      if (position == bytes.length) {
        return -1;
      }
      int piece = 1 + random.nextInt(random.nextBoolean() ? 10 : 100_000);
      int n = Math.min(Math.min(piece, length), bytes.length - position);
      System.arraycopy(bytes, position, target, offset, n);
      position += n;
      return n;
    }
  }
}
