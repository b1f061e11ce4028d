package dev.walden.server.receive.ledger;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.util.Optional;

/**
 * How far the receiver was at one moment.
 *
 * @param timeline the one being received; empty before the first stream
 * @param first where the first stream began; nothing before it is waited for
 * @param received the end of what arrived
 * @param flushed the end of what is durable, without a hole before it; empty as long as nothing is
 *     known to be
 * @param archived the end of the last segment before which everything handed over is archived whole
 */
public record Positions(
    Optional<TimelineId> timeline,
    Optional<Lsn> first,
    Optional<Lsn> received,
    Optional<Lsn> flushed,
    Optional<Lsn> archived) {

  /** Whether everything that arrived is durable. */
  public boolean isAllFlushed() {
    return received.isEmpty() || flushed.isPresent() && !flushed.get().isBefore(received.get());
  }
}
