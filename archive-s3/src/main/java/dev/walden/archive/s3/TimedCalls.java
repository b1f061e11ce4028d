package dev.walden.archive.s3;

import dev.walden.StorageUnavailableException;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.ResponseInputStream;

/**
 * Ends requests in time, and when the caller is interrupted. A blocked socket reacts to neither, so
 * each request runs in its own thread, which is abandoned if necessary.
 */
final class TimedCalls implements Closeable {
  /** The lowest transfer rate allowed for, in bytes per second. */
  private static final long SLOWEST = 128 << 10;

  private final Duration limit;
  private final ExecutorService threads;

  TimedCalls(Duration limit) {
    this.limit = limit;
    this.threads = Executors.newCachedThreadPool(daemons());
  }

  private static ThreadFactory daemons() {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "walden-s3-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Waits for a request, longer if its body is large.
   *
   * @throws StorageUnavailableException if it takes too long, or the thread is interrupted
   */
  <T> T call(String what, long bytes, Callable<T> request) throws IOException {
    AtomicBoolean abandoned = new AtomicBoolean();
    Future<T> answer = submit(what, () -> unlessAbandoned(request, abandoned));
    try {
      return await(what, bytes, Duration.ZERO, answer);
    } finally {
      abandoned.set(true);
    }
  }

  private static <T> T unlessAbandoned(Callable<T> request, AtomicBoolean abandoned)
      throws Exception {
    T answer = request.call();
    if (abandoned.get() && answer instanceof ResponseInputStream<?> stream) {
      stream.abort();
    }
    return answer;
  }

  /** Begins a request, for {@link #await}. */
  <T> Future<T> submit(String what, Callable<T> request) throws IOException {
    try {
      return threads.submit(request);
    } catch (RejectedExecutionException e) {
      throw new StorageUnavailableException(what + ": the storage was closed", e);
    }
  }

  /**
   * Waits for a request of {@link #submit}.
   *
   * @param longer how much longer than others it may take
   */
  <T> T await(String what, long bytes, Duration longer, Future<T> answer) throws IOException {
    long seconds = limit.plus(longer).toSeconds() + bytes / SLOWEST;
    try {
      return answer.get(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new StorageUnavailableException(what + ": interrupted", e);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new StorageUnavailableException(what + ": no answer within " + seconds + " s", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new StorageUnavailableException(what + " failed", e.getCause());
    }
  }

  boolean isClosed() {
    return threads.isShutdown();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
