package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BackoffProperties {
  @Property(tries = 200)
  void waitsDoubleUpToTheLimitAndAreHalfLeftToChance(
      @ForAll @IntRange(min = 2, max = 1000) int firstMs,
      @ForAll @IntRange(min = 1, max = 100) int times,
      @ForAll long seed) {
    Duration limit = Duration.ofMillis((long) firstMs * times);
    Backoff backoff = new Backoff(Duration.ofMillis(firstMs), limit, new Random(seed));
    for (int round = 0; round < 2; round++) {
      long fullMs = firstMs;
      for (int i = 0; i < 20; i++) {
        long waitMs = backoff.next().toMillis();
        assertTrue(waitMs >= fullMs / 2 && waitMs <= fullMs, waitMs + " of " + fullMs);
        fullMs = Math.min(2 * fullMs, limit.toMillis());
      }
      backoff.reset();
    }
  }

  @Example
  void twoThatLoseTheSameServerDoNotComeBackTogether() {
    Set<Long> waits = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      Duration second = Duration.ofSeconds(1);
      waits.add(new Backoff(second, second, new Random(seed)).next().toMillis());
    }
    assertTrue(waits.size() > 10, waits.toString());
  }
}
