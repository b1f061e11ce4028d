package dev.walden.server.receive;

import dev.walden.StorageUnavailableException;
import dev.walden.server.receive.spool.MemoryShortage;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * Tries again, after waits that grow, what fails because a server or a storage is unavailable, or
 * memory short. For one thread.
 */
final class Retry {
  private static final Duration FIRST_WAIT = Duration.ofMillis(200);

  private final Backoff backoff;
  private final Pause pause;

  /** One try. */
  interface Attempt {
    void run() throws IOException, InterruptedException;
  }

  /** Waits before the next try. */
  interface Pause {

    /**
     * Waits so long, or until that is needless.
     *
     * @param cause why there is a next try; empty if nothing failed
     * @return whether there is a next try
     */
    boolean before(Duration wait, Optional<IOException> cause) throws InterruptedException;
  }

  /**
   * @param limit the longest wait
   */
  Retry(Duration limit, Pause pause) {
    this.backoff = new Backoff(FIRST_WAIT, limit, new Random());
    this.pause = pause;
  }

  /**
   * Tries until it succeeds.
   *
   * @return false if it did not, as the pause ended that
   * @throws IOException what waiting does not mend
   */
  boolean until(Attempt attempt) throws IOException, InterruptedException {
    while (true) {
      try {
        attempt.run();
        return true;
      } catch (StorageUnavailableException e) {
        if (!again(Optional.of(e))) {
          return false;
        }
      } catch (OutOfMemoryError e) {
        if (!again(Optional.of(new MemoryShortage(e)))) {
          return false;
        }
      }
    }
  }

  /** Waits before the next try, and tells whether there is one. */
  boolean again(Optional<IOException> cause) throws InterruptedException {
    return pause.before(backoff.next(), cause);
  }

  /** The next wait is the shortest again. */
  void succeeded() {
    backoff.reset();
  }
}
