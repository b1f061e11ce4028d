package dev.walden.archive.repacking;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread that does steps in order while another prepares the next. What waits between them is
 * bounded: {@link #BUFFERS} buffers of {@link #BUFFER} bytes. The first failure ends it: later
 * steps are skipped, and the next call throws.
 */
final class Pipeline implements Closeable {
  private static final int BUFFERS = 8;
  private static final int BUFFER = 1 << 20;

  private final ExecutorService thread;
  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BUFFERS);
  private int allocated;
  private volatile @Nullable Throwable failure;

  /** Something that may fail. */
  interface Step {
    void run() throws IOException;
  }

  Pipeline(ThreadFactory threads) {
    thread = Executors.newSingleThreadExecutor(threads);
  }

  /** Does this after everything submitted or fed before. */
  Future<?> submit(Step step) throws IOException {
    check();
    return thread.submit(
        () -> {
          try {
            if (failure == null) {
              step.run();
            }
          } catch (IOException | RuntimeException | Error e) {
            failure = e;
          }
        });
  }

  /**
   * What is written here is written to {@code out} in the pipeline's thread; flush hands it on. One
   * thread feeds a pipeline, one output after the other: each that is begun may hold a buffer.
   */
  OutputStream feeding(OutputStream out) {
    return new OutputStream() {
      private byte @Nullable [] buffer;
      private int filled;

      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
          buffer = buffer == null ? take() : buffer;
          int n = Math.min(length - done, BUFFER - filled);
          System.arraycopy(bytes, offset + done, buffer, filled, n);
          filled += n;
          done += n;
          if (filled == BUFFER) {
            flush();
          }
        }
      }

      @Override
      @SuppressWarnings("FutureReturnValueIgnored") // failures are kept
      public void flush() throws IOException {
        if (buffer != null) {
          byte[] full = buffer;
          int length = filled;
          buffer = null;
          filled = 0;
          submit(
              () -> {
                out.write(full, 0, length);
                free.add(full);
              });
        }
      }
    };
  }

  private byte[] take() throws IOException {
    if (allocated < BUFFERS && free.isEmpty()) {
      allocated++;
      return new byte[BUFFER];
    }
    try {
      while (true) {
        check();
        byte[] buffer = free.poll(200, TimeUnit.MILLISECONDS);
        if (buffer != null) {
          return buffer;
        }
      }
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** Waits until everything submitted is done. */
  void drain() throws IOException {
    await(submit(() -> {}));
    check();
  }

  /** Waits until a step is done, or skipped. */
  static void await(Future<?> step) throws IOException {
    try {
      step.get();
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      throw new IOException("a step failed in an unforeseen way", e.getCause());
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted");
  }

  private void check() throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure != null) {
      throw new IOException("a step failed", failure);
    }
  }

  /** Stops at once; steps that wait are dropped. */
  @Override
  public void close() throws IOException {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new IOException("the storage does not answer an interruption");
      }
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }
}
