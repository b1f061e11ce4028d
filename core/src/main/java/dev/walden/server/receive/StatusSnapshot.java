package dev.walden.server.receive;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.util.Optional;

/** How far a receiver has come, put together from its parts. Safe for use by many threads. */
final class StatusSnapshot {
  private final WalSegmentSize size;
  private final boolean wholeSegments;
  private final StreamReceiver intake;
  private final SegmentPusher pusher;
  private final Optional<TailPusher> tail;
  private final ReceiverEvents journal;
  private volatile Lsn archived = Lsn.ZERO;

  /**
   * @param wholeSegments whether nothing less is acknowledged
   */
  StatusSnapshot(
      WalSegmentSize size,
      boolean wholeSegments,
      StreamReceiver intake,
      SegmentPusher pusher,
      Optional<TailPusher> tail,
      ReceiverEvents journal) {
    this.size = size;
    this.wholeSegments = wholeSegments;
    this.intake = intake;
    this.pusher = pusher;
    this.tail = tail;
    this.journal = journal;
  }

  /**
   * Where everything is now.
   *
   * @param trouble with the server
   */
  WalReceiverStatus status(
      WalReceiverStatus.State state, long connections, Optional<IOException> trouble) {
    Lsn pushed = pusher.archived();
    archived = pushed == null ? archived : pushed;
    Optional<IOException> storage = Optional.ofNullable(pusher.trouble());
    if (storage.isEmpty()) {
      storage = tail.flatMap(pieces -> Optional.ofNullable(pieces.trouble()));
    }
    storage.ifPresent(journal::failed);
    Lsn durable = intake.durable();
    // what was archived a moment ago is about to be acknowledged
    Lsn covered = Lsn.max(Lsn.max(durable, intake.first()), pushed == null ? Lsn.ZERO : pushed);
    return new WalReceiverStatus(
        state,
        intake.timeline(),
        intake.received(),
        durable,
        pushed == null ? Lsn.ZERO : pushed,
        journal.server().end().orElse(Lsn.ZERO),
        lagBytes(covered),
        journal.lag(covered),
        wholeSegments ? journal.segmentLag(covered, size) : journal.lag(covered),
        journal.server().silence(),
        connections,
        journal.segmentsArchived(),
        journal.gaps(),
        journal.eventsDropped(),
        storage.isPresent() ? storage : trouble,
        journal.lastError());
  }

  private Optional<WalReceiverLag> lagBytes(Lsn durable) {
    Lsn stored = Lsn.max(archived, wholeSegments ? durable : intake.first());
    return journal
        .server()
        .end()
        .filter(end -> !durable.equals(Lsn.ZERO))
        .map(
            end ->
                new WalReceiverLag(
                    Math.max(0, end.minus(Lsn.max(intake.received(), durable))),
                    Math.max(0, end.minus(durable)),
                    Math.max(0, end.minus(stored))));
  }
}
