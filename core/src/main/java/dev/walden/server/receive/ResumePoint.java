package dev.walden.server.receive;

import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.archive.inventory.WalTail;
import dev.walden.server.MissingWal;
import dev.walden.server.MissingWalException;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.WalRemovedException;
import dev.walden.server.protocol.IdentifySystemResult;
import dev.walden.server.protocol.ReplicationSlotState;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.repair.ServerWalProbe;
import dev.walden.server.receive.repair.WalRepair;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.server.receive.upstream.PhysicalSlot;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where streaming goes on: after what is archived, spooled, or on its way there; else where
 * the slot begins. What the archive lacks before that is repaired, or settled, on the way. For one
 * thread.
 */
final class ResumePoint {
  private static final Logger LOG = LoggerFactory.getLogger(ResumePoint.class);
  private static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";

  /** How often in a row a server may refuse the WAL that comes next, without giving any. */
  private static final int MOST_REMOVALS = 10;

  private final ServerAddress address;
  private final ArchiveStore archive;
  private final SegmentPool pool;
  private final FlushLedger ledger;
  private final ReceiverEvents events;
  private final PhysicalSlot slot;
  private final MissingWal missing;
  private final HeldWalCheck held;

  /** Those that an earlier try made durable: where calls often fail, the next gets further. */
  private final Set<WalSegment> durable = new HashSet<>();

  /** Whether WAL was received since the place was found. */
  private boolean located;

  /** Whether an archive's start was found by asking what the server still has. */
  private boolean asked;

  private int removals;

  /**
   * @param missing what to do where the server no longer has the WAL that comes next
   */
  ResumePoint(
      ServerAddress address, ReceiverResources resources, PhysicalSlot slot, MissingWal missing) {
    this.address = address;
    this.archive = resources.archive();
    this.pool = resources.pool();
    this.ledger = resources.ledger();
    this.events = resources.events();
    this.slot = slot;
    this.missing = missing;
    this.held = new HeldWalCheck(resources);
  }

  /** Whether the next stream goes on after what this receiver has received. */
  boolean isLocated() {
    return located;
  }

  /** A stream has ended that began where this has found. */
  void streamed(boolean any) {
    located |= any;
    if (any) {
      durable.clear();
      removals = 0;
    }
  }

  /**
   * The server no longer has what was asked for: the next search begins as the first one did.
   *
   * @throws WalRemovedException the same, if that has happened too often
   */
  void removed(WalRemovedException removal) throws WalRemovedException {
    removals++;
    if (removals > MOST_REMOVALS) {
      throw removal;
    }
    LOG.info("{}", removal.getMessage());
    located = false;
  }

  /**
   * Continues after what this receiver has received.
   *
   * @param restart where that is, on its timeline
   * @throws dev.walden.ArchiveConflictException if it has other WAL than was received
   * @throws ServerUnavailableException if the server has not come so far
   */
  StreamStart continued(
      WalsenderConnection server,
      StreamStart restart,
      TimelineHistory history,
      IdentifySystemResult now)
      throws IOException, InterruptedException {
    StreamStart start =
        StreamStart.afterReceived(restart.timeline(), restart.lsn(), history, size());
    held.run(server, start, start.lsn(), history, now);
    check(now, start);
    return start;
  }

  /**
   * Finds the place.
   *
   * @throws MissingWalException if the archive cannot be continued there, by the policy
   * @throws dev.walden.ArchiveConflictException if the server has other WAL than is held
   * @throws ServerUnavailableException if the server has not come so far
   */
  StreamStart find(
      WalsenderConnection server,
      ReplicationSlotState position,
      TimelineHistory history,
      IdentifySystemResult now)
      throws IOException, InterruptedException {
    StreamStart start = search(server, position, history, now);
    check(now, start);
    return start;
  }

  private StreamStart search(
      WalsenderConnection server,
      ReplicationSlotState position,
      TimelineHistory history,
      IdentifySystemResult now)
      throws IOException, InterruptedException {
    Optional<Lsn> kept = position.restartLsn();
    WalInventory inventory;
    try {
      inventory = archived(kept);
    } catch (StorageUnavailableException e) {
      SpoolResumePoint spooled = new SpoolResumePoint(pool.complete(), pool.begun());
      StreamStart next = spooled.next(history, kept).orElseThrow(() -> e);
      LOG.warn("archive unavailable; resuming from the end of the spool: {}", e.getMessage());
      held.run(server, next, next.lsn(), history, now);
      return next;
    }
    Optional<StreamStart> next = StreamStart.afterArchived(inventory, history, kept);
    if (next.isEmpty()) {
      Lsn first = first(server, position, history, now.position());
      StreamStart start = StreamStart.at(first, history, size());
      held.run(server, start, start.lsn(), history, now);
      return start;
    }
    held.run(server, next.get(), end(inventory, history, next.get()), history, now);
    check(now, next.get());
    WalRepair repair = new WalRepair(server, address, archive, inventory, history, events::gap);
    repair.fill(next.get().lsn());
    if (removals > 0) {
      repair.settle(next.get().lsn(), now.position(), policy(), reason());
      inventory = archived(kept);
      next = StreamStart.afterArchived(inventory, history, kept);
    }
    StreamStart start = durable(next.orElseThrow(), inventory, history, kept);
    ledger.located(start.timeline(), start.lsn());
    return start;
  }

  /** The end of the last whole segment on the server's path. */
  private Lsn end(WalInventory inventory, TimelineHistory history, StreamStart next) {
    return new WalPath(inventory, history)
        .ranges().stream().map(range -> size().floor(range.end())).reduce(next.lsn(), Lsn::max);
  }

  /**
   * The same place, or the first segment before it that nobody can make durable now. It may have
   * reached too few copies when the receiver that brought it died: it is received again, and pushed
   * until it has.
   *
   * @throws dev.walden.ArchiveConflictException if copies of one differ: nobody can tell then which
   *     is the server's, so that it must keep its own
   */
  private StreamStart durable(
      StreamStart start, WalInventory inventory, TimelineHistory history, Optional<Lsn> kept)
      throws IOException {
    Set<WalSegment> spooled = Set.copyOf(pool.complete());
    for (WalSegment segment : start.unacknowledged(inventory, history, kept)) {
      try {
        if (!spooled.contains(segment) && !durable.contains(segment)) {
          makeDurable(segment);
          durable.add(segment);
        }
      } catch (StorageUnavailableException | NotArchivedException e) {
        if (kept.isEmpty() && e instanceof StorageUnavailableException) {
          throw e;
        }
        LOG.warn("{} is received again: {}", segment, e.getMessage());
        return new StreamStart(segment.timeline(), segment.start());
      }
    }
    return start;
  }

  private void makeDurable(WalSegment segment) throws IOException {
    if (archive.contains(segment.fileName())) {
      archive.makeDurable(segment.fileName());
    } else {
      archive.makePiecesDurable(segment);
    }
  }

  /**
   * What need not be received. A segment may be archived in pieces, all of them, and the server
   * have removed it; if it has not, it is received again, and archived whole.
   */
  private WalInventory archived(Optional<Lsn> kept) throws IOException {
    // segments on their way from the spool need not arrive twice
    WalInventory inventory = archive.inventory().with(pool.complete());
    ledger.begunBefore(inventory.tails().stream().map(WalTail::segment).toList());
    return inventory.withTails(
        segment ->
            segment.isComplete()
                && kept.map(lsn -> !segment.segment().end().isAfter(size().floor(lsn)))
                    .orElse(true));
  }

  /** Where an archive begins. */
  private Lsn first(
      WalsenderConnection server,
      ReplicationSlotState position,
      TimelineHistory history,
      Lsn flushed)
      throws IOException {
    Optional<Lsn> known = position.restartLsn().isPresent() ? position.restartLsn() : pool.start();
    if (known.isEmpty() && position.presence() == ReplicationSlotState.Presence.UNKNOWN) {
      asked = true;
      return new ServerWalProbe(server, history, size()).before(flushed);
    }
    return known.orElse(flushed);
  }

  /** An archive that was begun before what the slot keeps may lose WAL that nobody needs. */
  private MissingWal policy() throws IOException {
    return asked && archive.backups().isEmpty() ? MissingWal.RECORD_GAP : missing;
  }

  private String reason() {
    return "the server had removed it" + slot.trouble().map(why -> ": " + why).orElse("");
  }

  private void check(IdentifySystemResult system, StreamStart start)
      throws ServerUnavailableException {
    if (system.position().isBefore(start.lsn())) {
      throw new ServerUnavailableException(
          address
              + " has WAL up to "
              + system.position()
              + " only, and it is archived up to "
              + start.lsn()
              + ": a standby that lags, or a server that went back in time",
          OBJECT_NOT_IN_PREREQUISITE_STATE,
          null);
    }
  }

  private WalSegmentSize size() {
    return archive.cluster().segmentSize();
  }
}
