package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WriteWatchdogTest {
  private static final long SOON = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private final Semaphore late = new Semaphore(0);
  private final WriteWatchdog limit = new WriteWatchdog(late::release);

  @Test
  void passesOnce() throws Exception {
    limit.begin(SOON);
    assertTrue(late.tryAcquire(30, TimeUnit.SECONDS), "the write may take for ever");
    assertTrue(limit.end());
    Thread.sleep(200);
    assertEquals(0, late.availablePermits());
  }

  @Test
  void looksAfterAWriteThatBeginsUnderTheTimerOfAnother() throws Exception {
    limit.begin(SOON);
    assertFalse(limit.end());
    limit.begin(4 * SOON);
    assertTrue(late.tryAcquire(30, TimeUnit.SECONDS), "the timer forgot the second write");
    assertTrue(limit.end());
  }

  @Test
  void aShorterLimitDoesNotWaitForALongerOne() throws Exception {
    limit.begin(HOUR);
    assertFalse(limit.end());
    limit.begin(SOON);
    assertTrue(late.tryAcquire(30, TimeUnit.SECONDS), "waits for the timer of the first write");
  }

  @Test
  void leavesWritesInTimeAlone() throws Exception {
    for (int i = 0; i < 20; i++) {
      limit.begin(HOUR);
      assertFalse(limit.end());
      limit.begin(SOON);
      assertFalse(limit.end());
    }
    Thread.sleep(200);
    assertEquals(0, late.availablePermits());
    limit.begin(SOON);
    assertTrue(late.tryAcquire(30, TimeUnit.SECONDS), "no timer after a rest");
  }
}
