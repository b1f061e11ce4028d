package dev.walden.server.receive;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.receive.ledger.FlushFeedback;
import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.ledger.FlushPolicy;
import dev.walden.server.receive.spool.BufferMemory;
import dev.walden.server.receive.spool.PendingHistories;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.server.receive.spool.SpoolLock;
import dev.walden.wal.WalSegmentSize;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the parts of one receiver share.
 *
 * @param lock keeps others off the spool, if there is one
 */
record ReceiverResources(
    ArchiveStore archive,
    SegmentPool pool,
    PendingHistories histories,
    FlushLedger ledger,
    StatusSender statuses,
    ReceiverEvents events,
    Optional<SpoolLock> lock)
    implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverResources.class);

  /**
   * Opens the spool, if there is to be one.
   *
   * @throws dev.walden.server.SpoolInUseException if another receiver uses it
   */
  static ReceiverResources open(WalReceiver.Builder settings) throws IOException {
    ArchiveStore archive = settings.archive();
    SegmentPool pool = pool(settings);
    Optional<SpoolLock> lock =
        settings.spool.isPresent()
            ? Optional.of(SpoolLock.of(settings.spool.get()))
            : Optional.empty();
    try {
      FlushLedger ledger =
          new FlushLedger(
              archive.cluster().segmentSize(), policy(settings), archive::tail, System::nanoTime);
      return new ReceiverResources(
          archive,
          pool,
          new PendingHistories(archive, settings.spool),
          ledger,
          new StatusSender(ledger, new FlushFeedback(settings.statusInterval, System::nanoTime)),
          new ReceiverEvents(settings.listener, settings.stallLimit),
          lock);
    } catch (IOException | RuntimeException | Error e) {
      if (lock.isPresent()) {
        lock.get().close();
      }
      throw e;
    }
  }

  private static SegmentPool pool(WalReceiver.Builder settings) throws IOException {
    WalSegmentSize size = settings.archive().cluster().segmentSize();
    if (settings.spool.isPresent()) {
      return SegmentPool.in(settings.spool.get(), size, settings.spoolLimit());
    }
    int room = settings.parallelism + 1;
    BufferMemory memory =
        settings
            .memory
            .map(SegmentMemory::buffers)
            .orElseGet(() -> new BufferMemory((long) room * size.bytes()));
    return SegmentPool.in(memory, size, room);
  }

  private static FlushPolicy policy(WalReceiver.Builder settings) {
    if (settings.tail) {
      return new FlushPolicy.Pieces(settings.tailInterval, settings.tailBytes);
    }
    return settings.spool.isPresent() ? new FlushPolicy.Spooled() : new FlushPolicy.WholeSegments();
  }

  @Override
  public void close() {
    try {
      pool.close();
    } catch (IOException e) {
      LOG.debug("removing temporary segments", e);
    }
    try {
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      LOG.debug("unlocking the spool", e);
    }
  }
}
