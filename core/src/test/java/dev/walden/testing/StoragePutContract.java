package dev.walden.testing;

import static dev.walden.testing.StorageUnderTest.assertAbsent;
import static dev.walden.testing.StorageUnderTest.assertHolds;
import static dev.walden.testing.StorageUnderTest.bytes;
import static dev.walden.testing.StorageUnderTest.put;
import static dev.walden.testing.StorageUnderTest.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link Storage#put} and {@link Storage#delete}. */
interface StoragePutContract extends StorageUnderTest {

  @Test
  default void whatWasPutIsSeenThroughEveryInstance() throws Exception {
    byte[] content = bytes(10_000, 1);
    try (Storage storage = openStorage();
        Storage other = openStorage()) {
      assertAbsent(storage, "wal/a");
      assertEquals(PutOutcome.CREATED, put(storage, "wal/a", content));
      assertHolds(storage, "wal/a", content);
      assertHolds(other, "wal/a", content);
    }
    try (Storage later = openStorage()) {
      assertHolds(later, "wal/a", content);
    }
  }

  @Test
  default void nothingIsOverwritten() throws Exception {
    try (Storage storage = openStorage();
        Storage other = openStorage()) {
      put(storage, "a", text("first"));
      assertEquals(PutOutcome.EXISTS, put(storage, "a", text("first")));
      assertEquals(PutOutcome.EXISTS, put(other, "a", text("other")));
      assertEquals(PutOutcome.EXISTS, put(storage, "a", text("a longer one than the first")));
      assertEquals(PutOutcome.EXISTS, put(storage, "a", text("")));
      assertHolds(storage, "a", text("first"));
    }
  }

  @Test
  default void objectsMayBeEmptyOrLarge() throws Exception {
    try (Storage storage = openStorage()) {
      assertEquals(PutOutcome.CREATED, put(storage, "empty", new byte[0]));
      assertHolds(storage, "empty", new byte[0]);
      assertEquals(PutOutcome.EXISTS, put(storage, "empty", text("not empty")));
      byte[] large = bytes(24 * 1024 * 1024 + 17, 2);
      assertEquals(PutOutcome.CREATED, put(storage, "large", large));
      assertHolds(storage, "large", large);
    }
  }

  @Test
  default void nothingIsSeenBeforeTheLastByte() throws Exception {
    byte[] content = bytes(3_000_000, 3);
    try (Storage storage = openStorage();
        Storage other = openStorage()) {
      List<Integer> looked = new ArrayList<>();
      ObjectSource source =
          ScriptedSource.of(content)
              .at(
                  content.length - 1,
                  () -> {
                    assertAbsent(storage, "a/b");
                    assertAbsent(other, "a/b");
                    assertEquals(List.of(), other.list("", "", 10));
                    looked.add(1);
                  });
      assertEquals(PutOutcome.CREATED, storage.put("a/b", source));
      assertFalse(looked.isEmpty());
      assertHolds(other, "a/b", content);
    }
  }

  @Test
  default void aSourceThatFailsLeavesNothing() throws Exception {
    byte[] content = bytes(1_000_000, 4);
    try (Storage storage = openStorage()) {
      for (int place : new int[] {0, 1, 600_000, content.length}) {
        IOException broken = new IOException("broken at " + place);
        ObjectSource source = ScriptedSource.of(content).at(place, ScriptedSource.failing(broken));
        IOException thrown = assertThrows(IOException.class, () -> storage.put("a", source));
        assertTrue(causes(thrown).contains(broken), () -> "the cause is lost: " + thrown);
        assertAbsent(storage, "a");
      }
      assertEquals(List.of(), storage.list("", "", 10));
      assertEquals(PutOutcome.CREATED, put(storage, "a", content));
      assertHolds(storage, "a", content);
    }
  }

  @Test
  default void aSourceOfAnotherLengthThanToldLeavesNothing() throws Exception {
    byte[] content = bytes(300_000, 5);
    try (Storage storage = openStorage()) {
      for (long told : new long[] {0, 1, 299_999, 300_001, 900_000}) {
        ObjectSource source = ScriptedSource.of(content).ofLength(told);
        assertThrows(IOException.class, () -> storage.put("a", source), () -> "told " + told);
        assertAbsent(storage, "a");
      }
      ObjectSource empty = ScriptedSource.of(new byte[0]).ofLength(1);
      assertThrows(IOException.class, () -> storage.put("a", empty));
      assertAbsent(storage, "a");
    }
  }

  @Test
  @Timeout(120)
  default void anInterruptedPutThrowsAndLeavesAllOrNothing() throws Exception {
    byte[] content = bytes(16 * 1024 * 1024, 6);
    Thread caller = Thread.currentThread();
    try (Storage storage = openStorage()) {
      ObjectSource source = ScriptedSource.of(content).at(1_000_000, caller::interrupt);
      assertThrows(IOException.class, () -> storage.put("a", source));
      Thread.interrupted();
      if (storage.find("a").isPresent()) {
        assertHolds(storage, "a", content);
      } else {
        assertAbsent(storage, "a");
        assertEquals(PutOutcome.CREATED, put(storage, "a", content));
      }
      assertHolds(storage, "a", content);
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  @Timeout(300)
  default void oneOfManyAtOnceCreates() throws Exception {
    int threads = 16;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (Storage one = openStorage();
        Storage two = openStorage()) {
      for (int round = 0; round < 10; round++) {
        String name = "new/folder" + round + "/raced";
        CountDownLatch halfWay = new CountDownLatch(threads);
        List<Callable<PutOutcome>> racers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          Storage storage = i % 2 == 0 ? one : two;
          ObjectSource source =
              ScriptedSource.of(racersContent(i)).at(50_000, () -> arrive(halfWay));
          racers.add(() -> storage.put(name, source));
        }
        List<Integer> winners = new ArrayList<>();
        List<Future<PutOutcome>> outcomes = executor.invokeAll(racers);
        for (int i = 0; i < threads; i++) {
          if (outcomes.get(i).get() == PutOutcome.CREATED) {
            winners.add(i);
          }
        }
        assertEquals(1, winners.size(), () -> "winners " + winners);
        assertHolds(one, name, racersContent(winners.get(0)));
        assertHolds(two, name, racersContent(winners.get(0)));
      }
    } finally {
      executor.shutdownNow();
    }
  }

  /** Waits for the other racers, or a while if they wait for each other in the storage. */
  private static void arrive(CountDownLatch halfWay) throws IOException {
    halfWay.countDown();
    try {
      halfWay.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static byte[] racersContent(int racer) {
    return bytes(100_000 + racer, racer);
  }

  @Test
  default void whatWasDeletedIsGoneAndItsNameFree() throws Exception {
    try (Storage storage = openStorage();
        Storage other = openStorage()) {
      assertFalse(storage.delete("a/b"));
      put(storage, "a/b", text("first"));
      put(storage, "a/b2", text("another"));
      assertTrue(other.delete("a/b"));
      assertEquals(1, storage.list("", "", 10).size());
      assertFalse(storage.delete("a/b"));
      assertFalse(storage.delete("a"));
      assertEquals(PutOutcome.CREATED, put(storage, "a/b", text("second")));
      assertHolds(other, "a/b2", text("another"));
      assertTrue(storage.delete("a/b2"));
      assertHolds(other, "a/b", text("second"));
      assertTrue(storage.delete("a/b"));
      assertAbsent(other, "a/b");
      assertArrayEquals(new Object[0], storage.list("", "", 10).toArray());
    }
  }

  @Test
  default void manyAreDeletedAtOnceAndNoOthers() throws Exception {
    try (Storage storage = openStorage();
        Storage other = openStorage()) {
      List<String> names = new ArrayList<>(List.of("never/there"));
      for (int i = 0; i < 12; i++) {
        names.add("many/" + i);
        put(storage, "many/" + i, text("object"));
      }
      put(storage, "many/100", text("stays"));
      assertEquals(Map.of(), storage.deleteAll(names));
      assertEquals(1, other.list("", "", 10).size());
      assertHolds(other, "many/100", text("stays"));
      assertEquals(Map.of(), storage.deleteAll(List.of()));
      assertThrows(
          IllegalArgumentException.class, () -> storage.deleteAll(List.of("many/100", "../x")));
    }
  }

  private static List<Throwable> causes(Throwable thrown) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = thrown; t != null && causes.size() < 20; t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }
}
