package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Joins outlines of neighbours. */
final class Joining {
  private Joining() {}

  static WalOutline fromTheLeft(List<WalOutline> outlines) {
    return outlines.stream().reduce(Joining::pair).orElseThrow();
  }

  static WalOutline pair(WalOutline a, WalOutline b) {
    return a.followedBy(b)
        .orElseThrow(() -> new AssertionError(a + " | " + b + ": " + a.breakBefore(b)));
  }

  /** Joins in a random order, and takes everything through its stored form. */
  static WalOutline anyhow(List<WalOutline> outlines, Random random) throws Exception {
    List<WalOutline> left = new ArrayList<>(outlines);
    while (left.size() > 1) {
      int i = random.nextInt(left.size() - 1);
      left.set(i, stored(pair(left.get(i), left.remove(i + 1))));
    }
    return left.get(0);
  }

  static WalOutline stored(WalOutline outline) throws Exception {
    List<WalOutline> read = WalOutlineJson.parse("outline", WalOutlineJson.print(outline));
    assertEquals(List.of(outline), read);
    return read.get(0);
  }
}
