package dev.walden.server.receive;

import dev.walden.ArchiveConflictException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.PushOutcome;
import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.ledger.Work;
import dev.walden.server.receive.ledger.Work.Piece;
import dev.walden.server.receive.ledger.Work.PieceRemoval;
import dev.walden.server.receive.ledger.Work.WholeSegment;
import dev.walden.server.receive.spool.PendingHistories;
import dev.walden.storage.ObjectSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what a ledger offers, and tells it how that ended. Safe for use by many threads. */
final class ArchivingWork {
  private static final Logger LOG = LoggerFactory.getLogger(ArchivingWork.class);

  private final ArchiveStore archive;
  private final PendingHistories histories;
  private final FlushLedger ledger;
  private final StatusSender statuses;
  private final ReceiverEvents events;
  private final Duration retryLimit;

  ArchivingWork(ReceiverResources resources, Duration retryLimit) {
    this.archive = resources.archive();
    this.histories = resources.histories();
    this.ledger = resources.ledger();
    this.statuses = resources.statuses();
    this.events = resources.events();
    this.retryLimit = retryLimit;
  }

  /**
   * Does it, however often the storage is unavailable, as long as it is wanted.
   *
   * @throws IOException what waiting does not mend
   */
  void run(Work work) throws IOException, InterruptedException {
    if (work instanceof WholeSegment whole) {
      retry(whole).until(() -> archive(whole));
    } else if (work instanceof Piece piece) {
      store(piece);
    } else if (work instanceof PieceRemoval removal) {
      remove(removal);
    }
  }

  private Retry retry(Work work) {
    return new Retry(retryLimit, (wait, cause) -> pause(work, wait, cause.orElseThrow()));
  }

  private boolean pause(Work work, Duration wait, IOException cause) throws InterruptedException {
    if (!ledger.isWanted(work)) {
      LOG.debug("{} was not archived", work, cause);
      return false;
    }
    events.failed(cause);
    LOG.warn("{} is not archived yet, next try in {}: {}", work, wait, cause.getMessage());
    return ledger.pause(work, wait, cause);
  }

  private void archive(WholeSegment whole) throws IOException {
    ObjectSource source = whole.segment().padded();
    try {
      // a history is archived before any WAL of its timeline
      histories.settle();
      PushOutcome outcome =
          whole.outline().isPresent()
              ? archive.push(whole.outline().get(), source)
              : archive.push(whole.name(), source);
      LOG.debug("{} {}", outcome, whole);
    } catch (ArchiveConflictException e) {
      if (whole.isWhole()) {
        throw e;
      }
      // the server that was promoted archives its own copy of this name; no WAL depends on ours
      LOG.warn("not archived, and left where it is: {}", e.getMessage());
      whole.segment().close();
      ledger.done(whole);
      return;
    }
    if (ledger.segmentStored(whole)) {
      statuses.progress();
    }
    removeOthers(whole, source);
    whole.segment().discard();
    ledger.done(whole);
    events.archived(whole.name());
  }

  /** Removes pieces of the segment that other receivers, or this one before, have stored. */
  private static void removeOthers(WholeSegment whole, ObjectSource source) {
    if (whole.pieces().isPresent()) {
      try {
        whole.pieces().get().removeOthers(source);
      } catch (IOException | OutOfMemoryError e) {
        LOG.warn("pieces of {} are left over: {}", whole, e.getMessage());
      }
    }
  }

  private void store(Piece piece) throws IOException, InterruptedException {
    Optional<byte[]> bytes = copy(piece);
    if (bytes.isPresent()
        && ledger.isWanted(piece)
        && retry(piece).until(() -> piece.writer().put(piece.from(), bytes.get()))) {
      ledger.pieceStored(piece);
      statuses.progress();
    } else {
      ledger.released(piece);
    }
  }

  /** Once there is memory for it. */
  private Optional<byte[]> copy(Piece piece) throws IOException, InterruptedException {
    List<byte[]> copied = new ArrayList<>(1);
    retry(piece).until(() -> piece.copy().ifPresent(copied::add));
    return copied.stream().findFirst();
  }

  private void remove(PieceRemoval removal) {
    try {
      if (removal.all()) {
        removal.pieces().remove();
      } else {
        removal.pieces().removeRepeated();
      }
    } catch (IOException | OutOfMemoryError e) {
      if (!removal.all() || ledger.removalFailed(removal)) {
        LOG.debug("{}: pieces are not removed yet", removal.pieces(), e);
      } else {
        LOG.warn("pieces of {} are left over: {}", removal.pieces().segment(), e.getMessage());
      }
    }
  }
}
