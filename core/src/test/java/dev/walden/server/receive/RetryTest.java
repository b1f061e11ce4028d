package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.StorageUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final List<Duration> waits = new ArrayList<>();
  private int tries;

  private Retry retry(int most) {
    return new Retry(
        LIMIT,
        (wait, cause) -> {
          waits.add(wait);
          return waits.size() < most;
        });
  }

  private void unavailable(int times) throws StorageUnavailableException {
    if (tries++ < times) {
      throw new StorageUnavailableException("away", null);
    }
  }

  @Test
  void triesUntilItSucceedsAfterWaitsThatGrow() throws Exception {
    assertTrue(retry(100).until(() -> unavailable(12)));
    assertEquals(13, tries);
    assertEquals(12, waits.size());
    assertTrue(waits.get(0).toMillis() <= 200, waits.toString());
    assertTrue(waits.get(11).compareTo(LIMIT) <= 0, waits.toString());
    assertTrue(waits.get(11).multipliedBy(2).compareTo(LIMIT) >= 0, waits.toString());
  }

  @Test
  void memoryMayBeThereLater() throws Exception {
    assertTrue(
        retry(3)
            .until(
                () -> {
                  if (tries++ == 0) {
                    throw new OutOfMemoryError("Cannot reserve 1 bytes of direct buffer memory");
                  }
                }));
    assertEquals(2, tries);
  }

  @Test
  void endsWhereThePauseDoes() throws Exception {
    assertFalse(retry(3).until(() -> unavailable(100)));
    assertEquals(3, tries);
  }

  @Test
  void whatWaitingDoesNotMendIsThrown() {
    assertThrows(
        CorruptFileException.class,
        () ->
            retry(3)
                .until(
                    () -> {
                      throw new CorruptFileException("f", 0, "damaged");
                    }));
    assertEquals(List.of(), waits);
  }
}
