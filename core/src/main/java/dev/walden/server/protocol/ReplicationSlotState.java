package dev.walden.server.protocol;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.util.Optional;

/**
 * What a server tells about a physical replication slot.
 *
 * @param restartLsn WAL from here on is kept; empty if the slot reserves nothing yet
 * @param restartTimeline the timeline of that position, as of now
 */
public record ReplicationSlotState(
    Presence presence, Optional<Lsn> restartLsn, Optional<TimelineId> restartTimeline) {

  /** Whether there is such a slot. */
  public enum Presence {
    PRESENT,
    ABSENT,
    /** PostgreSQL 14 has no command that tells; the two positions are empty. */
    UNKNOWN
  }

  static ReplicationSlotState without(Presence presence) {
    return new ReplicationSlotState(presence, Optional.empty(), Optional.empty());
  }
}
