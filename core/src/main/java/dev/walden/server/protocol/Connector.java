package dev.walden.server.protocol;

import dev.walden.StorageUnavailableException;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.TargetServerType;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Makes connections to a server, one at a time: tries one host after the other until one is what
 * {@code targetServerType}, and whoever connects, asks for.
 *
 * <p>PgJDBC could try hosts, too, but with one limit of time for all of them, so that the first one
 * that hangs hides the others; and it remembers for seconds what a host was before a failover.
 *
 * <p>For one thread, except {@link #close}, which waits for nothing and ends what is under way, and
 * the connection that was made last.
 */
public final class Connector implements Closeable {
  private static final String NOT_CONNECTED = "08001";

  private final ServerAddress server;

  // guarded by this
  private SocketCapture current;
  private boolean closed;

  public Connector(ServerAddress server) {
    this.server = server;
  }

  /** Whether a host that was logged in to can be used. */
  @FunctionalInterface
  public interface Check {
    /** Throws what is wrong with it; then the next host is tried. */
    void look(WalsenderConnection host) throws IOException;
  }

  /** Connects and logs in to whatever {@code targetServerType} asks for. */
  WalsenderConnection open() throws IOException {
    return open(host -> {});
  }

  /**
   * Connects and logs in.
   *
   * @throws ServerUnavailableException if no host can be used, and one may be later
   * @throws ServerRefusedException if something must be changed first, whatever the host
   * @throws InterruptedIOException if the thread is interrupted
   */
  public WalsenderConnection open(Check check) throws IOException {
    List<IOException> failures = new ArrayList<>();
    for (TargetServerType type : server.target().inTurn()) {
      failures.clear();
      for (ServerAddress host : server.hosts()) {
        try {
          return connect(host, type, check);
        } catch (IOException e) {
          checkWanted(e);
          failures.add(e);
        }
      }
    }
    throw failure(failures);
  }

  private WalsenderConnection connect(ServerAddress host, TargetServerType type, Check check)
      throws IOException {
    WalsenderConnection connection = WalsenderConnection.open(host, begin());
    try {
      if (type != TargetServerType.ANY && !type.takes(connection.isInRecovery())) {
        throw new ServerUnavailableException(
            host
                + (type == TargetServerType.PRIMARY ? " is a standby" : " is not a standby")
                + ", and targetServerType is "
                + server.target().name().toLowerCase(Locale.ROOT),
            NOT_CONNECTED,
            null);
      }
      check.look(connection);
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private synchronized SocketCapture begin() {
    current = new SocketCapture();
    if (closed) {
      current.close();
    }
    return current;
  }

  /** After this there is no point in trying the next host. */
  private void checkWanted(IOException failure) throws IOException {
    boolean given;
    synchronized (this) {
      given = closed;
    }
    if (given) {
      throw failure;
    }
    if (Thread.currentThread().isInterrupted()) {
      InterruptedIOException interrupted =
          new InterruptedIOException("interrupted while connecting to " + server);
      interrupted.initCause(failure);
      throw interrupted;
    }
  }

  private IOException failure(List<IOException> failures) {
    if (failures.size() == 1) {
      return failures.get(0);
    }
    // what only waiting can mend on one host is worth waiting for
    IOException first =
        failures.stream()
            .filter(ServerUnavailableException.class::isInstance)
            .findFirst()
            .or(() -> failures.stream().filter(Connector::isStorage).findFirst())
            .orElse(failures.get(0));
    if (!(first instanceof ServerUnavailableException unavailable)) {
      failures.stream().filter(other -> other != first).forEach(first::addSuppressed);
      return first;
    }
    return new ServerUnavailableException(
        "no host can be used: "
            + failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; ")),
        unavailable.sqlState(),
        first);
  }

  /** The storage, which a host is compared with, is away. */
  private static boolean isStorage(IOException failure) {
    return failure instanceof StorageUnavailableException;
  }

  @Override
  public void close() {
    SocketCapture capture;
    synchronized (this) {
      closed = true;
      capture = current;
    }
    if (capture != null) {
      capture.close();
    }
  }
}
