package dev.walden.server.protocol;

import dev.walden.server.ServerAddress;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.postgresql.Driver;

/**
 * The socket of a replication connection that PgJDBC has opened and authenticated. From here on the
 * driver sends and reads nothing; it is only kept and, in the end, aborted.
 *
 * <p>One thread may read while another writes; {@link #close} may be called by any thread, at any
 * time, and ends both.
 */
final class CapturedSocket implements Closeable {
  // the database in the URL is of no use to a physical walsender
  private static final String URL = "jdbc:postgresql:replication";

  // Held for as long as the socket is used: PgJDBC closes the socket once this is garbage.
  private final Connection connection;
  private final Socket tcp;
  private final Socket talking;
  private final InputStream in;
  private final OutputStream out;
  private final WriteWatchdog limits;
  private final AtomicBoolean closed = new AtomicBoolean();

  private CapturedSocket(Connection connection, Socket tcp, Socket talking) throws IOException {
    this.connection = connection;
    this.tcp = tcp;
    this.limits = new WriteWatchdog(() -> closeQuietly(tcp));
    this.talking = talking;
    this.in = talking.getInputStream();
    this.out = talking.getOutputStream();
  }

  /** Has PgJDBC connect to the one host of an address and log in. */
  static CapturedSocket of(ServerAddress host, SocketCapture capture) throws IOException {
    Properties properties = ConnectionProperties.of(host);
    capture.begin(properties);
    Connection connection = null;
    try {
      connection = new Driver().connect(URL, properties);
      return new CapturedSocket(connection, capture.tcp(), capture.talking());
    } catch (SQLException e) {
      throw ServerExceptions.connecting(e, host);
    } finally {
      capture.end();
      if (connection == null) {
        capture.close();
      }
    }
  }

  /** A read that waits longer throws {@link SocketTimeoutException}, and loses nothing. */
  void readTimeout(Duration timeout) throws IOException {
    talking.setSoTimeout(Math.toIntExact(Math.max(1, timeout.toMillis())));
  }

  InputStream in() {
    return new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
          return in.read(bytes, offset, length);
        } finally {
          Reference.reachabilityFence(connection);
        }
      }

      @Override
      public int available() throws IOException {
        return in.available();
      }
    };
  }

  /**
   * Writes all of it. A peer that does not read for {@code limit} loses the connection: Java cannot
   * give up a write in any other way.
   */
  synchronized void write(byte[] bytes, int length, Duration limit) throws IOException {
    limits.begin(limit.toNanos());
    try {
      out.write(bytes, 0, length);
      out.flush();
    } catch (IOException e) {
      throw limits.end()
          ? new SocketTimeoutException("the server did not read for " + limit.toSeconds() + " s")
          : e;
    } finally {
      limits.end();
      Reference.reachabilityFence(connection);
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  /** Never waits for the peer or for another thread's read or write. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      // first the TCP socket: closing the TLS socket would wait for a blocked writer
      closeQuietly(tcp);
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        // the socket is closed: nothing is left that could be freed
      }
    }
  }

  static void closeQuietly(Socket socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // a socket that cannot be closed is of no further use either
      }
    }
  }
}
