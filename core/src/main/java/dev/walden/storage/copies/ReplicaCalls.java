package dev.walden.storage.copies;

import dev.walden.StorageUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Asks several copies at once. */
record ReplicaCalls(ExecutorService threads) {

  /** One call. */
  interface Question<T> {
    T ask(Replica copy) throws IOException;
  }

  /** A copy's answer, or why it failed: exactly one is null. */
  record Answer<T>(Replica copy, T value, @Nullable IOException failure) {}

  /** The answers, in the order of the copies. */
  <T> List<Answer<T>> ask(List<Replica> copies, Question<T> question) throws IOException {
    if (copies.size() == 1) {
      return List.of(answer(copies.get(0), question));
    }
    List<Future<Answer<T>>> asked = new ArrayList<>();
    try {
      for (Replica copy : copies) {
        asked.add(threads.submit(() -> answer(copy, question)));
      }
      List<Answer<T>> answers = new ArrayList<>();
      for (Future<Answer<T>> one : asked) {
        answers.add(one.get());
      }
      return answers;
    } catch (InterruptedException e) {
      asked.forEach(one -> one.cancel(true));
      Thread.currentThread().interrupt();
      throw new StorageUnavailableException("interrupted while waiting for several copies", e);
    } catch (RejectedExecutionException e) {
      throw new StorageUnavailableException("the storage is closed", e);
    } catch (ExecutionException e) {
      asked.forEach(one -> one.cancel(true));
      if (e.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IOException(e.getCause());
    }
  }

  @SuppressWarnings("NullAway") // the value is read only if nothing failed
  private static <T> Answer<T> answer(Replica copy, Question<T> question) {
    try {
      return new Answer<>(copy, question.ask(copy), null);
    } catch (IOException e) {
      return new Answer<>(copy, null, e);
    }
  }
}
