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
import org.postgresql.PGProperty;

/**
 * The socket of a replication connection that PgJDBC opened and authenticated. From here on the
 * driver sends and reads nothing; it is only retained, and aborted in the end.
 *
 * <p>One thread may read while another writes; {@link #close} may be called by any thread, at any
 * time, and ends both.
 */
final class CapturedSocket implements Closeable {
  // a physical walsender ignores the database in the URL
  private static final String URL = "jdbc:postgresql:replication";

  // Retained while the socket is used: PgJDBC closes the socket once this is garbage.
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

  /** Lets PgJDBC connect to the one host of an address and log in. */
  static CapturedSocket of(ServerAddress host, SocketCapture capture) throws IOException {
    Properties properties = ConnectionProperties.of(host);
    capture.context(host.tls());
    capture.begin(properties);
    Connection connection = null;
    try {
      connection = new Driver().connect(URL, properties);
      return new CapturedSocket(connection, capture.tcp(), capture.talking());
    } catch (SQLException e) {
      throw ServerExceptions.connecting(e, host, PGProperty.USER.getOrDefault(properties));
    } finally {
      capture.end();
      if (connection == null) {
        capture.close();
      }
    }
  }

  /** Reads that wait longer throw {@link SocketTimeoutException}, and lose nothing. */
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
   * Writes all bytes. If the peer does not read for {@code limit}, the connection is closed: Java
   * has no other way to abort a write.
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
      // the TCP socket first: closing the TLS socket would wait for a blocked writer
      closeQuietly(tcp);
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        // the socket is closed: there is nothing left to free
      }
    }
  }

  static void closeQuietly(Socket socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // nothing more can be done for a socket that cannot be closed
      }
    }
  }
}
