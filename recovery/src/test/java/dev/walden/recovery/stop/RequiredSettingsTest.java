package dev.walden.recovery.stop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RequiredSettingsTest {
  private static final RequiredSettings NEEDED = new RequiredSettings(100, 8, 10, 5, 64);

  @Test
  void eachMustBeAsHigh() {
    assertTrue(NEEDED.satisfy(NEEDED));
    assertTrue(new RequiredSettings(101, 9, 11, 6, 65).satisfy(NEEDED));
    assertFalse(new RequiredSettings(99, 9, 11, 6, 65).satisfy(NEEDED));
    assertFalse(new RequiredSettings(101, 7, 11, 6, 65).satisfy(NEEDED));
    assertFalse(new RequiredSettings(101, 9, 9, 6, 65).satisfy(NEEDED));
    assertFalse(new RequiredSettings(101, 9, 11, 4, 65).satisfy(NEEDED));
    assertFalse(new RequiredSettings(101, 9, 11, 6, 63).satisfy(NEEDED));
  }

  @Test
  void namesThemAsTheServerDoes() {
    assertEquals(
        "max_connections = 100, max_worker_processes = 8, max_wal_senders = 10,"
            + " max_prepared_transactions = 5, max_locks_per_transaction = 64",
        NEEDED.text());
  }
}
