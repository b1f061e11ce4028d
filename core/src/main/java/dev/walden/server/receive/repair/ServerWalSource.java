package dev.walden.server.receive.repair;

import dev.walden.server.ServerUnavailableException;
import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The first bytes of a segment as a server has them, read from it whenever this is opened: beside
 * what a slot keeps, and without acknowledging anything. While a stream of it is open, the
 * connection is in use. Reading throws {@link dev.walden.server.WalRemovedException} if the server
 * no longer has the segment. For one thread.
 *
 * @param count how many bytes, all of which the server has flushed
 */
public record ServerWalSource(WalsenderConnection server, WalSegment segment, int count)
    implements ObjectSource {
  private static final int MOST_TICKS = 60;
  private static final String CONNECTION_FAILURE = "08006";

  @Override
  public long length() {
    return count;
  }

  @Override
  public InputStream open() throws IOException {
    return new Stream(
        server.startReplication(Optional.empty(), segment.start(), segment.timeline()));
  }

  private final class Stream extends InputStream {
    private final ReplicationStream stream;
    private ByteBuffer data = ByteBuffer.allocate(0);
    private int left = count;

    Stream(ReplicationStream stream) {
      this.stream = stream;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int wanted) throws IOException {
      if (wanted == 0 || left == 0) {
        return wanted == 0 ? 0 : -1;
      }
      if (!data.hasRemaining()) {
        data = next();
      }
      int n = Math.min(Math.min(wanted, left), data.remaining());
      data.get(bytes, offset, n);
      left -= n;
      return n;
    }

    private ByteBuffer next() throws IOException {
      // a server that has it all to send says little else meanwhile
      for (int ticks = 0; ticks < MOST_TICKS; ticks++) {
        switch (stream.next()) {
          case DATA -> {
            return stream.data();
          }
          case KEEPALIVE -> stream.sendStatus(segment.start(), Lsn.ZERO, Lsn.ZERO, false);
          case IDLE -> {}
          default ->
              throw new ServerUnavailableException(
                  "the server has no more of " + segment, CONNECTION_FAILURE, null);
        }
      }
      throw new ServerUnavailableException(
          "the server sends no more of " + segment, CONNECTION_FAILURE, null);
    }

    @Override
    public void close() throws IOException {
      left = 0;
      stream.stop();
    }
  }
}
