package dev.walden.recovery;

import dev.walden.backup.WalRange;
import dev.walden.json.JsonObject;
import java.util.Locale;

/**
 * WAL over which no server can replay.
 *
 * @param range of the timeline whose file would be the right one there
 * @param reason what is wrong, as a clause
 */
public record WalGap(WalRange range, Kind kind, String reason) {
  /** Why it cannot be replayed. */
  public enum Kind {
    /** The archive does not hold it. */
    MISSING,
    /** The archive holds it, but its records do not continue those before. */
    DAMAGED,
    /** It was written with {@code wal_level = minimal}; only a base backup leads beyond it. */
    MINIMAL
  }

  /** For programs. Members are only ever added. */
  public JsonObject toJson() {
    return JsonObject.create()
        .with("kind", kind.name())
        .with("timeline", range.timeline().value())
        .with("start", range.start().toString())
        .with("end", range.end().toString())
        .with("reason", reason);
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + ": " + range + ": " + reason;
  }
}
