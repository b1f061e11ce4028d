package dev.walden.storage.copies;

import dev.walden.ArchiveConflictException;
import dev.walden.ArchiveException;
import dev.walden.CorruptFileException;
import dev.walden.storage.ObjectProof;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects that copies are known to lack. One thread, started on first use, copies them with
 * exponential backoff. The queue is bounded and does not survive the process: a repair finds the
 * rest.
 */
final class ReplicationBacklog implements Closeable {
  static final int MAX_WAITING = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(ReplicationBacklog.class);
  private static final int LONGEST = 60;
  private static final int MOST_FAILURES = 16;
  private static final Duration CLOSING = Duration.ofSeconds(10);

  private final ReplicaFill filling;
  private final Duration pause;
  private final Map<Replica, Set<String>> waiting = new HashMap<>();
  private final Set<Replica> overflowed = new HashSet<>();
  private final Thread thread = new Thread(this::run, "walden-copies");
  private final Duration closingTime;
  private boolean failing;
  private boolean awake;
  private boolean closed;

  /**
   * @param pause the wait after the first failure, which grows up to 60 times
   * @param closingTime how long closing waits while copying makes progress
   */
  ReplicationBacklog(List<Replica> copies, Duration pause, Duration closingTime) {
    this.filling = new ReplicaFill(copies, ObjectProof.NONE);
    this.closingTime = closingTime;
    this.pause = pause;
    copies.forEach(copy -> waiting.put(copy, new LinkedHashSet<>()));
    thread.setDaemon(true);
  }

  synchronized void add(Replica copy, String name) {
    Set<String> names = namesFor(copy);
    if (closed || names.contains(name)) {
      return;
    }
    if (names.size() == MAX_WAITING) {
      if (overflowed.add(copy)) {
        LOG.warn("more than {} objects missing in {}; run repair", MAX_WAITING, copy);
      }
      return;
    }
    names.add(name);
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
    notifyAll();
  }

  synchronized void remove(String name) {
    waiting.values().forEach(names -> names.remove(name));
  }

  private synchronized void remove(Replica copy, String name) {
    namesFor(copy).remove(name);
  }

  synchronized int waiting(Replica copy) {
    return namesFor(copy).size();
  }

  private Set<String> namesFor(Replica copy) {
    return Objects.requireNonNull(waiting.get(copy));
  }

  synchronized boolean isOverflowed(Replica copy) {
    return overflowed.contains(copy);
  }

  /** Called before a repair, which may miss later overflows. */
  synchronized void forgetOverflow(Replica copy) {
    overflowed.remove(copy);
  }

  /** Called if a repair was incomplete. */
  synchronized void overflow(Replica copy) {
    overflowed.add(copy);
  }

  /** Called after a repair, which may have copied queued objects. */
  synchronized void retry() {
    awake = true;
    notifyAll();
  }

  private void run() {
    long times = 1;
    try {
      while (awaitWork()) {
        boolean all = workOnce();
        setFailing(!all);
        if (all) {
          times = 1;
        } else {
          sleep(times);
          times = Math.min(LONGEST, 2 * times);
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private synchronized void setFailing(boolean fails) {
    failing = fails;
    notifyAll();
  }

  private synchronized boolean awaitWork() throws InterruptedException {
    while (!closed && isEmpty()) {
      wait();
    }
    return !closed;
  }

  private boolean isEmpty() {
    return waiting.values().stream().allMatch(Set::isEmpty);
  }

  private synchronized void awaitEnd() throws InterruptedException {
    long until = System.nanoTime() + closingTime.toNanos();
    for (long left = until - System.nanoTime();
        left > 0 && !isEmpty() && !failing;
        left = until - System.nanoTime()) {
      wait(left / 1_000_000 + 1);
    }
  }

  private synchronized void sleep(long times) throws InterruptedException {
    long until = System.nanoTime() + times * pause.toNanos();
    // new work does not shorten the wait
    for (long left = until - System.nanoTime();
        left > 0 && !closed && !awake;
        left = until - System.nanoTime()) {
      wait(left / 1_000_000 + 1);
    }
    awake = false;
  }

  private enum Outcome {
    DONE,
    LATER,
    /** The copy is unreachable. */
    UNAVAILABLE
  }

  /**
   * Works through what is queued now. Stops at an unavailable copy, and after a few objects that
   * cannot be read.
   */
  private boolean workOnce() {
    boolean all = true;
    for (Replica copy : filling.copies()) {
      int left = MOST_FAILURES;
      for (String name : names(copy)) {
        if (isClosed()) {
          return false;
        }
        Outcome outcome = fill(copy, name);
        all &= outcome == Outcome.DONE;
        left -= outcome == Outcome.LATER ? 1 : 0;
        if (outcome == Outcome.UNAVAILABLE || left == 0) {
          break;
        }
      }
    }
    return all;
  }

  private Outcome fill(Replica copy, String name) {
    try {
      filling.fill(name, copy);
      remove(copy, name);
      return Outcome.DONE;
    } catch (ArchiveConflictException | CorruptFileException e) {
      // in the copy's status; a retry would not help
      remove(copy, name);
      return Outcome.DONE;
    } catch (ArchiveException e) {
      LOG.debug("{} still lacks {}: {}", copy, name, e.toString());
      return copy.isUnavailable() ? Outcome.UNAVAILABLE : Outcome.LATER;
    } catch (IOException | RuntimeException e) {
      copy.failed(e instanceof IOException failure ? failure : new IOException(e));
      return Outcome.LATER;
    }
  }

  private synchronized List<String> names(Replica copy) {
    return List.copyOf(waiting.get(copy));
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    try {
      awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    thread.interrupt();
    try {
      thread.join(CLOSING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
