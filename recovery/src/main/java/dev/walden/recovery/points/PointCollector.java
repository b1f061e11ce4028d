package dev.walden.recovery.points;

import java.util.ArrayList;
import java.util.List;

/** Gathers what a search finds, up to a limit. */
final class PointCollector<T> {
  private final int limit;
  private final List<T> points = new ArrayList<>();
  private boolean more;

  PointCollector(int limit) {
    this.limit = limit;
  }

  void add(T point) {
    if (points.size() < limit) {
      points.add(point);
    } else {
      more = true;
    }
  }

  /** Whether to look no further. */
  boolean isFull() {
    return more;
  }

  PointList<T> list() {
    return new PointList<>(points, more);
  }
}
