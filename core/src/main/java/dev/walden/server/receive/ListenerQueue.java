package dev.walden.server.receive;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events to a listener, on a thread of its own, so that nobody waits for it. Where it is too
 * slow, the oldest are dropped.
 */
final class ListenerQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerQueue.class);
  private static final int MOST = 256;
  private static final long LOOK_MILLIS = 1000;

  private final WalReceiverListener listener;
  private final Runnable look;
  private final Deque<WalReceiverEvent> events = new ArrayDeque<>();
  private long dropped;
  private boolean ended;

  /**
   * @param look what the thread does, besides, about once a second
   */
  ListenerQueue(WalReceiverListener listener, Runnable look) {
    this.listener = listener;
    this.look = look;
  }

  void start(ThreadFactory threads) {
    threads.newThread(this::run).start();
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

  private void run() {
    long looked = System.nanoTime();
    try {
      for (WalReceiverEvent event = next(); !isLast(event); event = next()) {
        deliver(event);
        if (System.nanoTime() - looked >= LOOK_MILLIS * 1_000_000) {
          look.run();
          looked = System.nanoTime();
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("interrupted; no more events", e);
    }
  }

  private boolean isLast(WalReceiverEvent event) {
    if (event instanceof WalReceiverEvent.Stopped) {
      deliver(event);
      return true;
    }
    return false;
  }

  /** The next event, or null if none came in time. */
  private synchronized WalReceiverEvent next() throws InterruptedException {
    if (events.isEmpty()) {
      wait(LOOK_MILLIS);
    }
    return events.poll();
  }

  private void deliver(WalReceiverEvent event) {
    if (event == null) {
      return;
    }
    try {
      listener.on(event);
    } catch (RuntimeException | Error e) {
      LOG.warn("a listener failed on {}", event, e);
    }
  }
}
