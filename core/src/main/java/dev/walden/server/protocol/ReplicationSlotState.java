package dev.walden.server.protocol;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.util.Optional;

/**
 * The state of a physical replication slot.
 *
 * @param restartLsn WAL from here on is retained; empty if the slot reserves none yet
 * @param restartTimeline the current timeline of that position
 */
public record ReplicationSlotState(
    Presence presence, Optional<Lsn> restartLsn, Optional<TimelineId> restartTimeline) {

  /** Whether the slot exists. */
  public enum Presence {
    PRESENT,
    ABSENT,
    /** PostgreSQL 14 has no command to read a slot; the two positions are empty. */
    UNKNOWN
  }

  static ReplicationSlotState without(Presence presence) {
    return new ReplicationSlotState(presence, Optional.empty(), Optional.empty());
  }
}
