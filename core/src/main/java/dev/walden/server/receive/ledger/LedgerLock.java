package dev.walden.server.receive.ledger;

import dev.walden.server.receive.ledger.Work.Kind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

/**
 * The ledger's one lock, and all waiting for it: workers of each kind wait for work apart, so that
 * none is woken for another's. Everything passed in runs while the lock is held.
 */
final class LedgerLock {
  /** There will be nothing more. */
  static final long OVER = -1;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Kind, Condition> ready = new EnumMap<>(Kind.class);
  private final Condition changed = lock.newCondition();
  private final LongSupplier nanos;

  LedgerLock(LongSupplier nanos) {
    this.nanos = nanos;
    for (Kind kind : Kind.values()) {
      ready.put(kind, lock.newCondition());
    }
  }

  <T> T read(Supplier<T> what) {
    lock.lock();
    try {
      return what.get();
    } finally {
      lock.unlock();
    }
  }

  void update(Runnable what) {
    lock.lock();
    try {
      what.run();
    } finally {
      lock.unlock();
    }
  }

  /** There may be work of a kind; the lock is held. */
  void ready(Kind kind) {
    condition(kind).signalAll();
  }

  private Condition condition(Kind kind) {
    return Objects.requireNonNull(ready.get(kind));
  }

  /** Something that others may wait for has changed; the lock is held. */
  void changed() {
    changed.signalAll();
  }

  /**
   * Waits for something that workers of a kind may take, at most so long.
   *
   * @param next takes it, if there is any at this time
   * @param dueIn after how many nanoseconds there may be some if nothing happens, or {@link #OVER}
   */
  <T> Optional<T> await(
      Kind kind, Duration limit, LongFunction<Optional<? extends T>> next, LongUnaryOperator dueIn)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long deadline = nanos.getAsLong() + limit.toNanos();
      while (true) {
        long now = nanos.getAsLong();
        Optional<? extends T> taken = next.apply(now);
        long left = Math.min(deadline - now, dueIn.applyAsLong(now));
        if (taken.isPresent() || deadline - now <= 0 || left == OVER) {
          return taken.map(one -> one);
        }
        condition(kind).awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits as long as something holds, at most so long.
   *
   * @return whether it still holds
   */
  boolean awaitWhile(Duration limit, BooleanSupplier holds) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = limit.toNanos();
      while (left > 0 && holds.getAsBoolean()) {
        left = changed.awaitNanos(left);
      }
      return holds.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }
}
