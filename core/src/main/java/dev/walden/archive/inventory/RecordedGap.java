package dev.walden.archive.inventory;

import dev.walden.backup.WalRange;
import java.time.Instant;
import java.util.Optional;

/**
 * A note in the archive: a receiver looked for this WAL and continued without it. It explains why
 * WAL is missing, and never proves that it is: what the archive holds counts.
 *
 * @param range whole segments of one timeline
 * @param time when it was recorded, by the recording host's clock; empty if the note is damaged
 * @param reason why it is missing, as a clause, for people
 */
public record RecordedGap(WalRange range, Optional<Instant> time, String reason) {

  public RecordedGap(WalRange range, Instant time, String reason) {
    this(range, Optional.of(time), reason);
  }

  /** The same reason for another stretch. */
  RecordedGap over(WalRange part) {
    return new RecordedGap(part, time, reason);
  }

  /** Why the WAL is missing and when that was recorded, as a clause for people. */
  public String text() {
    return reason + time.map(at -> ", recorded " + at).orElse("");
  }

  @Override
  public String toString() {
    return range + ": " + text();
  }
}
