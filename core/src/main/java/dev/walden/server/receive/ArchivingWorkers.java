package dev.walden.server.receive;

import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.ledger.FlushPolicy;
import dev.walden.server.receive.ledger.Work;
import dev.walden.server.receive.spool.OpenSegment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that archive: each takes from the ledger what may be done, and does it. A storage
 * that is unavailable is asked again until {@link #stop}; every other failure ends the ledger.
 */
final class ArchivingWorkers {
  private static final Logger LOG = LoggerFactory.getLogger(ArchivingWorkers.class);

  /** Workers are told when there is something to do; this is only the fallback. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final FlushLedger ledger;
  private final ArchivingWork doing;
  private final List<Thread> threads = new ArrayList<>();

  ArchivingWorkers(FlushLedger ledger, ArchivingWork doing) {
    this.ledger = ledger;
    this.doing = doing;
  }

  /**
   * @param parallelism how many segments are archived at once
   */
  void start(ThreadFactory factory, int parallelism) {
    for (int i = 0; i < parallelism; i++) {
      start(factory, Work.Kind.WHOLE);
    }
    if (ledger.policy() instanceof FlushPolicy.Pieces) {
      start(factory, Work.Kind.PIECE);
      start(factory, Work.Kind.REMOVAL);
    }
  }

  private void start(ThreadFactory factory, Work.Kind kind) {
    Thread thread = factory.newThread(() -> run(kind));
    threads.add(thread);
    thread.start();
  }

  private void run(Work.Kind kind) {
    try {
      while (ledger.isOpen()) {
        var work = ledger.take(kind, LOOK_AGAIN);
        if (work.isPresent()) {
          run(work.get());
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("stopped: nothing more is archived", e);
    }
  }

  private void run(Work work) throws InterruptedException {
    try {
      doing.run(work);
    } catch (IOException e) {
      ledger.failed(e);
    } catch (RuntimeException | Error e) {
      ledger.failed(new IOException("archiving " + work + " failed", e));
    }
  }

  /** Starts nothing more; what is not archived yet is left to the spool, or to the slot. */
  void stop() {
    ledger.stop();
    threads.forEach(Thread::interrupt);
  }

  /** Waits, after {@link #stop}, until nothing is archived any more, at most to this deadline. */
  void awaitEnd(long deadline) {
    try {
      for (Thread thread : threads) {
        // at least one: zero would wait for ever
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        if (thread.isAlive()) {
          LOG.warn("storage call ignored interruption; abandoning its thread");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (OpenSegment segment : ledger.unreleased()) {
      try {
        segment.close();
      } catch (IOException e) {
        LOG.debug("closing {}", segment.segment(), e);
      }
    }
  }
}
