package dev.walden.server.receive;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a receiver is doing, and whether it is to stop. Safe for use by many threads. */
final class ReceiverState {
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile WalReceiverStatus.State now = WalReceiverStatus.State.CONNECTING;
  private volatile Optional<IOException> trouble = Optional.empty();
  private volatile long connections;

  /** The receiver is to stop. */
  void close() {
    closed.countDown();
  }

  boolean isClosed() {
    return closed.getCount() == 0;
  }

  /**
   * Waits until the receiver is to stop, at most so long.
   *
   * @return whether it is
   */
  boolean awaitClosed(Duration limit) throws InterruptedException {
    return closed.await(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  void turnTo(WalReceiverStatus.State next) {
    now = next;
  }

  /** Something is wrong with the server, or, empty, no longer. */
  void trouble(Optional<IOException> what) {
    trouble = what;
  }

  /** One more connection was made, by the one thread that makes them. */
  void connected() {
    long before = connections;
    connections = before + 1;
  }

  WalReceiverStatus.State now() {
    return now;
  }

  Optional<IOException> trouble() {
    return trouble;
  }

  long connections() {
    return connections;
  }
}
