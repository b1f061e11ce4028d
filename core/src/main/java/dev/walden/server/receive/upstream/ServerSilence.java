package dev.walden.server.receive.upstream;

import dev.walden.server.ServerUnavailableException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** How long the server has said nothing, and what follows. For one thread. */
public final class ServerSilence {
  private static final String CONNECTION_FAILURE = "08006";

  private final Duration limit;
  private final LongSupplier nanos;
  private long heard;
  private boolean asked;

  public ServerSilence(Duration limit, LongSupplier nanos) {
    this.limit = limit;
    this.nanos = nanos;
  }

  /** The server has said something. */
  public void heard() {
    heard = nanos.getAsLong();
    asked = false;
  }

  /** The time until now does not count: nobody has listened. */
  public void excused() {
    heard = nanos.getAsLong();
  }

  /**
   * Whether to ask for a sign of life now, which is once.
   *
   * @throws ServerUnavailableException if the server takes too long
   */
  public boolean mustAsk() throws ServerUnavailableException {
    long silence = nanos.getAsLong() - heard;
    if (silence > limit.toNanos()) {
      throw new ServerUnavailableException(
          "the server has sent nothing for " + limit.toSeconds() + " s", CONNECTION_FAILURE, null);
    }
    boolean asks = !asked && silence > limit.toNanos() / 2;
    asked |= asks;
    return asks;
  }
}
