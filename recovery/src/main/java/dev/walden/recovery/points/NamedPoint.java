package dev.walden.recovery.points;

import dev.walden.errors.Printable;
import dev.walden.json.JsonObject;
import dev.walden.recovery.RecoveryTarget;
import java.time.Instant;

/**
 * A restore point: {@code pg_create_restore_point}.
 *
 * @param time the server's clock when it was made
 * @param target by its name, or by its position if others of the timeline have the same name or no
 *     server knows it by this one
 */
public record NamedPoint(WalPlace place, Instant time, String name, RecoveryTarget target) {

  /** For programs. Members are only ever added. */
  public JsonObject toJson() {
    return place
        .into(JsonObject.create().with("name", name).with("time", time.toString()))
        .with("target", target.text());
  }

  @Override
  public String toString() {
    return "restore point \"" + Printable.of(name) + "\" made at " + time + ", " + place;
  }
}
