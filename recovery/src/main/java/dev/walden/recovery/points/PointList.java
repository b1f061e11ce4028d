package dev.walden.recovery.points;

import dev.walden.json.JsonObject;
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
}
