package dev.walden.testing;

import static dev.walden.testing.StorageUnderTest.assertAbsent;
import static dev.walden.testing.StorageUnderTest.assertHolds;
import static dev.walden.testing.StorageUnderTest.bytes;
import static dev.walden.testing.StorageUnderTest.put;
import static dev.walden.testing.StorageUnderTest.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.storage.ObjectWriter;
import dev.walden.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link Storage#create}. */
interface StorageWriterContract extends StorageUnderTest {

  @Test
  default void commitPublishesAndNothingElseDoes() throws Exception {
    byte[] content = bytes(20 * 1024 * 1024 + 3, 1);
    try (Storage storage = openStorage();
        Storage other = openStorage()) {
      try (ObjectWriter writer = storage.create("backup/x/1.tar")) {
        writer.write(content[0]);
        writer.write(content, 1, 10);
        writer.write(content, 11, 0);
        writer.force();
        writer.write(content, 11, content.length - 11);
        writer.force();
        writer.flush();
        assertAbsent(other, "backup/x/1.tar");
        writer.commit();
        assertHolds(other, "backup/x/1.tar", content);
      }
      assertHolds(storage, "backup/x/1.tar", content);
    }
  }

  @Test
  default void anObjectMayBeCommittedEmpty() throws Exception {
    try (Storage storage = openStorage()) {
      try (ObjectWriter writer = storage.create("empty")) {
        writer.commit();
      }
      assertHolds(storage, "empty", new byte[0]);
    }
  }

  @Test
  default void closingDiscards() throws Exception {
    try (Storage storage = openStorage()) {
      ObjectWriter unused = storage.create("a");
      unused.close();
      unused.close();
      ObjectWriter writer = storage.create("a");
      writer.write(bytes(12 * 1024 * 1024, 2));
      writer.close();
      writer.close();
      assertThrows(Exception.class, () -> writer.write(text("more")));
      assertThrows(Exception.class, writer::commit);
      assertAbsent(storage, "a");
      assertEquals(List.of(), storage.list("", "", 10));
    }
  }

  @Test
  default void aCommittedObjectDoesNotChange() throws Exception {
    try (Storage storage = openStorage()) {
      ObjectWriter writer = storage.create("a");
      writer.write(text("content"));
      writer.commit();
      assertThrows(
          Exception.class,
          () -> {
            writer.write(text("more"));
            writer.flush();
          });
      assertThrows(Exception.class, writer::commit);
      writer.close();
      writer.close();
      assertHolds(storage, "a", text("content"));
    }
  }

  @Test
  default void anInterruptedWriterThrowsAndLeavesNothing() throws Exception {
    byte[] content = bytes(16 * 1024 * 1024, 3);
    try (Storage storage = openStorage()) {
      ObjectWriter writer = storage.create("a");
      writer.write(content, 0, 1000);
      Thread.currentThread().interrupt();
      assertThrows(
          IOException.class,
          () -> {
            writer.write(content);
            writer.commit();
          });
      writer.close();
      Thread.interrupted();
      assertAbsent(storage, "a");
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  default void aConditionalCommitOverwritesNothing() throws Exception {
    try (Storage storage = openStorage()) {
      assumeTrue(storage.guarantees().conditionalCommit(), "no conditional commit");
      put(storage, "a", text("first"));
      assertThrows(ArchiveConflictException.class, () -> write(storage, "a", text("second")));
      try (ObjectWriter early = storage.create("b")) {
        early.write(text("early"));
        write(storage, "b", text("late, but committed first"));
        assertThrows(ArchiveConflictException.class, early::commit);
      }
      assertHolds(storage, "a", text("first"));
      assertHolds(storage, "b", text("late, but committed first"));
    }
  }

  @Test
  @Timeout(300)
  default void oneOfManyConditionalCommitsWins() throws Exception {
    int threads = 16;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (Storage storage = openStorage()) {
      assumeTrue(storage.guarantees().conditionalCommit(), "no conditional commit");
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Callable<Boolean>> racers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        byte[] content = bytes(50_000 + i, i);
        racers.add(() -> wins(storage, content, start));
      }
      List<Integer> winners = new ArrayList<>();
      List<Future<Boolean>> outcomes = executor.invokeAll(racers);
      for (int i = 0; i < threads; i++) {
        if (outcomes.get(i).get()) {
          winners.add(i);
        }
      }
      assertEquals(1, winners.size(), () -> "winners " + winners);
      assertHolds(storage, "raced", bytes(50_000 + winners.get(0), winners.get(0)));
    } finally {
      executor.shutdownNow();
    }
  }

  private static boolean wins(Storage storage, byte[] content, CyclicBarrier start)
      throws Exception {
    try (ObjectWriter writer = storage.create("raced")) {
      writer.write(content);
      start.await(60, TimeUnit.SECONDS);
      writer.commit();
      return true;
    } catch (ArchiveConflictException e) {
      return false;
    }
  }

  private static void write(Storage storage, String name, byte[] content) throws IOException {
    try (ObjectWriter writer = storage.create(name)) {
      writer.write(content);
      writer.commit();
    }
  }
}
