package dev.walden.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.storage.ObjectSource;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CopiedStorageMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double gauge(String name, String copy) {
    return registry.get("walden.copies." + name).tags("copy", copy).gauge().value();
  }

  @Test
  @Timeout(60)
  void tellHowEachCopyIs() throws Exception {
    InMemoryStorage near = new InMemoryStorage();
    InMemoryStorage far = new InMemoryStorage();
    FaultyStorage faulty = new FaultyStorage(far, 1);
    try (CopiedStorage storage =
            CopiedStorage.of()
                .copy("near", () -> near)
                .copy("far", () -> faulty)
                .required(1)
                .retryInterval(Duration.ofHours(1))
                .open();
        CopiedStorageMetrics metrics = new CopiedStorageMetrics(storage)) {
      metrics.bindTo(registry);
      assertEquals(1, gauge("reachable", "far"));
      faulty.setUnavailable(true);
      storage.put("a", ObjectSource.of(new byte[1]));
      assertEquals(0, gauge("reachable", "far"));
      assertEquals(1, gauge("waiting", "far"));
      assertEquals(1, gauge("reachable", "near"));
      assertEquals(0, gauge("waiting", "near"));
      faulty.setUnavailable(false);
      far.put("b", ObjectSource.of(new byte[2]));
      near.put("b", ObjectSource.of(new byte[1]));
      storage.repair();
      while (gauge("waiting", "far") > 0) {
        Thread.sleep(5);
      }
      assertEquals(1, gauge("divergent", "far"));
      assertEquals(0, gauge("damaged", "far"));
      assertEquals(0, gauge("overflowed", "far"));
      assertEquals(1, gauge("reachable", "far"));
    }
    assertTrue(registry.getMeters().isEmpty(), registry.getMetersAsString());
  }
}
