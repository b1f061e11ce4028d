package dev.walden.server.receive;

import dev.walden.ArchiveConflictException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.PushOutcome;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.server.receive.spool.PendingHistories;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes complete segments into the archive, several at a time, and knows up to where everything
 * handed to it is archived. A storage that is unavailable is asked again until {@link #stop}; every
 * other failure ends it.
 */
final class SegmentPusher {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentPusher.class);
  private static final int MOST_OUTLINED = 16;

  private final ArchiveStore archive;
  private final Duration retryLimit;
  private final ExecutorService threads;
  private final Optional<TailPusher> tail;
  private final ReceiverEvents journal;
  private final PendingHistories histories;
  private final Deque<Task> pending = new ArrayDeque<>();
  private TimelineId timeline;
  private Lsn archived;
  private IOException failure;
  private IOException lastTrouble;

  /** A segment on its way; {@code done} once it is archived. */
  private static final class Task {
    private final OpenSegment segment;
    private final WalFileName name;
    private Optional<WalOutline> outline;
    private final TimelineId timeline;
    private final Lsn end;
    private boolean done;

    Task(OpenSegment segment, WalFileName name, Optional<WalOutline> outline) {
      this.segment = segment;
      this.name = name;
      this.outline = outline;
      this.timeline = name.timeline();
      this.end = segment.segment().end();
    }

    /**
     * Nothing to push: when all before is archived, everything is up to where a timeline begins.
     */
    Task(TimelineId timeline, Lsn start) {
      this.segment = null;
      this.name = null;
      this.outline = Optional.empty();
      this.timeline = timeline;
      this.end = start;
      this.done = true;
    }
  }

  /**
   * @param tail archives the same segments in pieces before
   * @param histories those that wait are archived before any segment
   */
  SegmentPusher(
      ArchiveStore archive,
      int parallelism,
      Duration retryLimit,
      ThreadFactory factory,
      Optional<TailPusher> tail,
      PendingHistories histories,
      ReceiverEvents journal) {
    this.archive = archive;
    this.histories = histories;
    this.journal = journal;
    this.tail = tail;
    this.retryLimit = retryLimit;
    this.threads = Executors.newFixedThreadPool(parallelism, factory);
  }

  /**
   * Hands over a complete segment, and its outline if it is known. Where many segments wait for the
   * storage, outlines are not kept: they can be made again.
   */
  void push(OpenSegment segment, Optional<WalOutline> outline) {
    boolean kept;
    synchronized (this) {
      kept = pending.size() < MOST_OUTLINED;
    }
    submit(new Task(segment, segment.segment().fileName(), kept ? outline : Optional.empty()));
  }

  /** Hands over what was received of a segment that its timeline will never complete. */
  void pushPartial(OpenSegment segment) {
    submit(
        new Task(segment, new WalFileName.Partial(segment.segment().fileName()), Optional.empty()));
  }

  private void submit(Task task) {
    synchronized (this) {
      pending.add(task);
    }
    try {
      threads.execute(() -> run(task));
    } catch (RejectedExecutionException e) {
      // closed meanwhile: the segment is released with the others that wait
      LOG.debug("closed before {} was pushed", task.name);
    }
  }

  private void run(Task task) {
    Backoff backoff = new Backoff(Duration.ofMillis(200), retryLimit, new Random());
    while (true) {
      try {
        if (tail.isPresent() && isWhole(task) && !tail.get().awaitTurn(task.segment.segment())) {
          return;
        }
        histories.settle();
        ObjectSource source = task.segment.padded();
        PushOutcome outcome =
            task.outline.isPresent()
                ? archive.push(task.outline.get(), source)
                : archive.push(task.name, source);
        LOG.debug("{} {}", outcome, task.name);
        if (isWhole(task)) {
          tail.ifPresent(pieces -> pieces.archived(task.segment));
        }
        task.segment.discard();
        done(task);
        journal.archived(task.name);
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (StorageUnavailableException e) {
        if (!waitToRetry(task, e, backoff)) {
          return;
        }
      } catch (ArchiveConflictException e) {
        if (!(task.name instanceof WalFileName.Partial)) {
          fail(e);
          return;
        }
        // the server that was promoted archives its own copy of this name; no WAL depends on ours
        LOG.warn("not archived, and left where it is: {}", e.getMessage());
        leave(task);
        return;
      } catch (IOException e) {
        fail(e);
        return;
      } catch (RuntimeException | Error e) {
        fail(new IOException("pushing " + task.name + " failed", e));
        return;
      }
    }
  }

  private static boolean isWhole(Task task) {
    return task.name instanceof WalFileName.Segment;
  }

  private boolean waitToRetry(Task task, StorageUnavailableException trouble, Backoff backoff) {
    if (threads.isShutdown()) {
      LOG.debug("closed before {} was pushed: {}", task.name, trouble.getMessage());
      return false;
    }
    synchronized (this) {
      lastTrouble = trouble;
    }
    journal.failed(trouble);
    Duration wait = backoff.next();
    LOG.warn("{} is not archived yet, next try in {}: {}", task.name, wait, trouble.getMessage());
    try {
      Thread.sleep(wait.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void leave(Task task) {
    try {
      task.segment.close();
      done(task);
    } catch (IOException e) {
      fail(e);
    }
  }

  private synchronized void done(Task task) {
    task.done = true;
    task.outline = Optional.empty();
    lastTrouble = null;
    advance();
  }

  private synchronized void advance() {
    while (!pending.isEmpty() && pending.peek().done) {
      Task first = pending.remove();
      if (!(first.name instanceof WalFileName.Partial) && first.timeline.equals(timeline)) {
        archived = first.end;
      }
    }
    notifyAll();
  }

  private synchronized void fail(IOException e) {
    failure = failure == null ? e : failure;
    notifyAll();
  }

  /**
   * Turns to a timeline: from now on only its segments move {@link #archived}.
   *
   * @param start of the first of them; all WAL before, since the first timeline entered, was handed
   *     over
   */
  synchronized void enter(TimelineId next, Lsn start) {
    boolean first = timeline == null;
    timeline = next;
    archived = null;
    if (!first) {
      pending.add(new Task(next, start));
      advance();
    }
  }

  /**
   * The end of the last segment of the current timeline before which all that was handed over is
   * archived, or null.
   */
  synchronized Lsn archived() {
    return archived;
  }

  /** What is wrong with the storage now, or null. */
  synchronized IOException trouble() {
    return failure == null ? lastTrouble : failure;
  }

  /** Throws what ended it, if something did. */
  synchronized void check() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /** Waits until everything handed over is archived; false if that takes longer. */
  synchronized boolean awaitIdle(Duration limit) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!pending.isEmpty()) {
      check();
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    check();
    return true;
  }

  /** Stops pushing; what is not archived yet is left to the spool, or to the slot. */
  void stop() {
    threads.shutdownNow();
  }

  /** Waits, after {@link #stop}, until nothing is pushed any more, at most to this deadline. */
  void awaitEnd(long deadline) {
    try {
      if (!threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        LOG.warn("the storage does not answer an interruption; leaving its thread behind");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      for (Task task : pending) {
        try {
          if (task.segment != null) {
            task.segment.close();
          }
        } catch (IOException e) {
          LOG.debug("closing {}", task.name, e);
        }
      }
    }
  }
}
