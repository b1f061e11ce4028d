package dev.walden.recovery.points;

import dev.walden.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a search found.
 *
 * @param points in the order of the WAL, timeline by timeline
 * @param more whether there are more, which the limit left out
 */
public record PointList<T>(List<T> points, boolean more) {
  public PointList {
    points = List.copyOf(points);
  }

  /** Adds the points to a document, and whether there are more. */
  public JsonObject into(JsonObject json, String name, Function<T, JsonObject> toJson) {
    return json.with(name, points.stream().map(toJson).toList()).with("more" + capital(name), more);
  }

  private static String capital(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  /** Gathers what a search finds, up to a limit. */
  static final class Collector<T> {
    private final int limit;
    private final List<T> points = new ArrayList<>();
    private boolean more;

    Collector(int limit) {
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
}
