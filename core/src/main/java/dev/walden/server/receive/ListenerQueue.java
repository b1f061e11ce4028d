package dev.walden.server.receive;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events to a listener, on a thread of its own, so that nobody waits for it. Where it is too
 * slow, the oldest are dropped.
 */
final class ListenerQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerQueue.class);
  private static final int MOST = 256;
  private static final long LOOK_NANOS = 1_000_000_000;

  private final WalReceiverListener listener;
  private final Deque<WalReceiverEvent> events = new ArrayDeque<>();
  private long dropped;
  private boolean ended;

  ListenerQueue(WalReceiverListener listener) {
    this.listener = listener;
  }

  /**
   * @param look what the thread does, besides, about once a second
   */
  void start(ThreadFactory threads, Runnable look) {
    threads.newThread(() -> run(look)).start();
  }

  /** Never waits for the listener. What comes after {@link WalReceiverEvent.Stopped} is dropped. */
  synchronized void add(WalReceiverEvent event) {
    if (ended) {
      return;
    }
    if (events.size() == MOST) {
      events.remove();
      if (dropped++ == 0) {
        LOG.warn("the listener is too slow: events are dropped");
      }
    }
    events.add(event);
    ended = event instanceof WalReceiverEvent.Stopped;
    notifyAll();
  }

  synchronized long dropped() {
    return dropped;
  }

  private void run(Runnable look) {
    long looked = System.nanoTime();
    try {
      for (Optional<WalReceiverEvent> event = next(); !isLast(event); event = next()) {
        event.ifPresent(this::deliver);
        if (System.nanoTime() - looked >= LOOK_NANOS) {
          look.run();
          looked = System.nanoTime();
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("interrupted; no more events", e);
    }
  }

  private boolean isLast(Optional<WalReceiverEvent> event) {
    Optional<WalReceiverEvent> last = event.filter(WalReceiverEvent.Stopped.class::isInstance);
    last.ifPresent(this::deliver);
    return last.isPresent();
  }

  /** The next event, if one came in time. */
  private synchronized Optional<WalReceiverEvent> next() throws InterruptedException {
    long since = System.nanoTime();
    long left = LOOK_NANOS;
    while (events.isEmpty() && left > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = since + LOOK_NANOS - System.nanoTime();
    }
    return Optional.ofNullable(events.poll());
  }

  private void deliver(WalReceiverEvent event) {
    try {
      listener.on(event);
    } catch (RuntimeException | Error e) {
      LOG.warn("a listener failed on {}", event, e);
    }
  }
}
