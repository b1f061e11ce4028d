package dev.walden.recovery.restore;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Runs tasks in a limited number of threads; the first failure ends all of them. */
final class Workers {
  private static final long STOP_SECONDS = 60;

  private final int threads;
  private final ThreadFactory factory;

  Workers(int threads, ThreadFactory factory) {
    this.threads = threads;
    this.factory = factory;
  }

  Workers parallelism(int newThreads) {
    return new Workers(newThreads, factory);
  }

  Workers factory(ThreadFactory newFactory) {
    return new Workers(threads, newFactory);
  }

  /**
   * Returns when all tasks are done. When it throws, none is running any more, as far as they can
   * be interrupted within a minute.
   */
  void run(List<? extends Callable<Void>> tasks) throws IOException {
    ExecutorService executor = Executors.newFixedThreadPool(threads, factory);
    try {
      CompletionService<Void> completion = new ExecutorCompletionService<>(executor);
      tasks.forEach(completion::submit);
      for (int i = 0; i < tasks.size(); i++) {
        completion.take().get();
      }
    } catch (ExecutionException e) {
      throw rethrow(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } finally {
      stop(executor);
    }
  }

  private static IOException rethrow(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    return cause instanceof IOException io ? io : new IOException(cause);
  }

  private static void stop(ExecutorService executor) {
    executor.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
