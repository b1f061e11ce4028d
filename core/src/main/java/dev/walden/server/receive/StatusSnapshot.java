package dev.walden.server.receive;

import dev.walden.server.LoginRefusedException;
import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.ledger.FlushPolicy;
import dev.walden.server.receive.ledger.Positions;
import dev.walden.server.receive.ledger.Work;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.util.Optional;

/** How far a receiver has come, put together from its parts. Safe for use by many threads. */
final class StatusSnapshot {
  private final WalSegmentSize size;
  private final FlushLedger ledger;
  private final ReceiverEvents events;
  private final ReceiverState state;
  private volatile Lsn archived = Lsn.ZERO;

  StatusSnapshot(WalSegmentSize size, ReceiverResources resources, ReceiverState state) {
    this.size = size;
    this.ledger = resources.ledger();
    this.events = resources.events();
    this.state = state;
  }

  /** Where everything is now. */
  WalReceiverStatus status() {
    Positions now = ledger.positions();
    Lsn pushed = now.archived().orElse(Lsn.ZERO);
    archived = now.archived().orElse(archived);
    Optional<IOException> storage =
        ledger.trouble(Work.Kind.WHOLE).or(() -> ledger.trouble(Work.Kind.PIECE));
    storage.ifPresent(events::failed);
    Lsn durable = now.flushed().orElse(Lsn.ZERO);
    Lsn first = now.first().orElse(Lsn.ZERO);
    // what was archived a moment ago is about to be acknowledged
    Lsn covered = Lsn.max(Lsn.max(durable, first), pushed);
    Lsn stored = Lsn.max(archived, isWholeSegments() ? covered : first);
    return new WalReceiverStatus(
        state.now(),
        now.timeline(),
        now.received().orElse(Lsn.ZERO),
        durable,
        pushed,
        events.server().end().orElse(Lsn.ZERO),
        lagBytes(now, covered, stored),
        events.lag(covered),
        isWholeSegments() ? events.segmentLag(covered, size) : events.lag(covered),
        events.server().silence(),
        state.connections(),
        events.segmentsArchived(),
        events.gaps(),
        events.eventsDropped(),
        refusal().or(() -> storage).or(state::trouble),
        events.lastError());
  }

  /** What does not pass by itself comes first. */
  private Optional<IOException> refusal() {
    return state.trouble().filter(LoginRefusedException.class::isInstance);
  }

  /** Whether nothing less is acknowledged. */
  private boolean isWholeSegments() {
    return ledger.policy() instanceof FlushPolicy.WholeSegments;
  }

  private Optional<WalReceiverLag> lagBytes(Positions now, Lsn durable, Lsn stored) {
    Lsn received = Lsn.max(now.received().orElse(Lsn.ZERO), durable);
    return events
        .server()
        .end()
        .filter(end -> !durable.equals(Lsn.ZERO))
        .map(
            end ->
                new WalReceiverLag(
                    Math.max(0, end.minus(received)),
                    Math.max(0, end.minus(durable)),
                    Math.max(0, end.minus(stored))));
  }
}
