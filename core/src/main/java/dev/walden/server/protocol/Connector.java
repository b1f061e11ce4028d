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
import org.jspecify.annotations.Nullable;

/**
 * Connects to a server, once at a time: tries one host after the other until one satisfies {@code
 * targetServerType} and the caller.
 *
 * <p>PgJDBC can also try hosts, but with one time limit for all of them, so that a hanging first
 * host hides the others; and for seconds it caches what a host was before a failover.
 *
 * <p>For use by one thread, except {@link #close}, which does not wait, and ends the pending
 * attempt and the last connection.
 */
public final class Connector implements Closeable {
  private static final String NOT_CONNECTED = "08001";

  private final ServerAddress server;

  // guarded by this
  private @Nullable SocketCapture current;
  private boolean closed;

  public Connector(ServerAddress server) {
    this.server = server;
  }

  /** Decides whether a host can be used, after the login. */
  @FunctionalInterface
  public interface Check {
    /** Throws if it cannot be used; the next host is then tried. */
    void look(WalsenderConnection host) throws IOException;
  }

  /** Connects and logs in to a host that satisfies {@code targetServerType}. */
  WalsenderConnection open() throws IOException {
    return open(host -> {});
  }

  /**
   * Connects and logs in.
   *
   * @throws ServerUnavailableException if no host can be used now
   * @throws ServerRefusedException if no host can be used until something is changed
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

  /** Throws if trying the next host is pointless. */
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
    // one host that may recover makes waiting worthwhile
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

  /** Whether the storage, with which a host is compared, is unavailable. */
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
