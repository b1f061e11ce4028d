package dev.walden.server.receive;

import dev.walden.ArchiveConflictException;
import dev.walden.ArchiveException;
import dev.walden.StorageUnavailableException;
import dev.walden.UntrustedObjectException;
import dev.walden.WrongKeyException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.WalDifference;
import dev.walden.archive.inventory.SegmentLookup;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.WalRemovedException;
import dev.walden.server.protocol.IdentifySystemResult;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.server.receive.repair.ServerWalSource;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a server has the WAL that was archived and spooled before it was connected to. A copy of
 * the server that was never promoted has the same system identifier and timeline, so what is held
 * last is read again from the server and compared. What is not held, or cannot be read here, is
 * passed over. For one thread.
 */
final class HeldWalCheck {
  private static final Logger LOG = LoggerFactory.getLogger(HeldWalCheck.class);
  private static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";

  /** How far back the first difference is looked for once there is one. */
  private static final int MOST_BACK = 64;

  /** How long a server that is behind is waited for, before it is connected to again. */
  private static final int MOST_WAITS = 50;

  private static final long WAIT_MS = 200;

  /** In how many segments after the whole ones there may be beginnings. */
  private static final int MOST_BEGUN = 3;

  private final ArchiveStore archive;
  private final SegmentPool pool;
  private final WalSegmentSize size;

  HeldWalCheck(ReceiverResources resources) {
    this.archive = resources.archive();
    this.pool = resources.pool();
    this.size = archive.cluster().segmentSize();
  }

  /**
   * Compares the last segment that is held, and the beginnings of others from where streaming is to
   * go on.
   *
   * @param next where that is
   * @param end of the whole segments that are held: the same, unless some are missing before
   * @param history of the server's timeline
   * @throws ArchiveConflictException if the server has other WAL
   * @throws UntrustedObjectException if nobody trusted signed what is held: to go on after it would
   *     acknowledge what only the storage's owner has put there
   * @throws ServerUnavailableException if it has not come as far as the beginnings that are held
   */
  void run(
      WalsenderConnection server,
      StreamStart next,
      Lsn end,
      TimelineHistory history,
      IdentifySystemResult now)
      throws IOException, InterruptedException {
    Comparison comparison =
        new Comparison(server, new SegmentLookup(history, size), now.position());
    unlessUnavailable(() -> comparison.whole(end));
    unlessUnavailable(() -> comparison.begun(next, history));
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  /** Where there is a spool, commits do not wait for the storage. */
  private void unlessUnavailable(Step step) throws IOException, InterruptedException {
    try {
      step.run();
    } catch (WalRemovedException e) {
      // what is missing then is settled where streaming is to go on
      LOG.info("not compared: {}", e.getMessage());
    } catch (StorageUnavailableException e) {
      if (pool.spool().isEmpty()) {
        throw e;
      }
      LOG.warn("archived WAL is not compared with the server's: {}", e.getMessage());
    }
  }

  /** For want of a key is as it should be on a host that only archives. */
  private static void skipped(String what, ArchiveException reason) {
    if (reason instanceof WrongKeyException) {
      LOG.info("{} is not compared: {}", what, reason.getMessage());
    } else {
      LOG.warn("{} is not compared: {}", what, reason.getMessage());
    }
  }

  private interface Difference {
    Optional<WalDifference> find() throws IOException;
  }

  private final class Comparison {
    private final WalsenderConnection server;
    private final SegmentLookup path;
    private Lsn flushed;

    Comparison(WalsenderConnection server, SegmentLookup path, Lsn flushed) {
      this.server = server;
      this.path = path;
      this.flushed = flushed;
    }

    /** Compares the last segment before a position, as far as the server has it. */
    void whole(Lsn held) throws IOException {
      Lsn end = Lsn.min(held, flushed);
      if (end.equals(Lsn.ZERO)) {
        return;
      }
      WalSegment segment = path.rightFile(size.segmentNumberBefore(end));
      SpooledWal spooled = new SpooledWal(pool, segment);
      try {
        ServerWalSource bytes = bytes(segment, end);
        if (spooled.isComplete()) {
          refuse(segment, () -> spooled.difference(bytes));
        } else {
          refuse(segment, () -> archive.difference(segment, bytes));
        }
      } catch (WalRemovedException e) {
        LOG.info("{} is not compared, its link is: {}", segment, e.getMessage());
        link(path.rightFile(segment.number() + 1));
      } catch (ArchiveConflictException
          | StorageUnavailableException
          | UntrustedObjectException e) {
        throw e;
      } catch (ArchiveException e) {
        skipped(segment.toString(), e);
      }
    }

    private ServerWalSource bytes(WalSegment segment, Lsn end) {
      return new ServerWalSource(server, segment, (int) end.minus(segment.start()));
    }

    /** Compares the back link of a segment, the one after one that the server has removed. */
    private void link(WalSegment segment) throws IOException {
      Lsn end = Lsn.min(segment.end(), flushed);
      if (segment.start().isBefore(end)) {
        archive.requireContinuing(segment, bytes(segment, end));
      }
    }

    /** Compares the beginnings of segments that are held, in pieces or in the spool. */
    void begun(StreamStart next, TimelineHistory history) throws IOException, InterruptedException {
      Optional<Lsn> switched = history.end(next.timeline());
      WalSegment segment = WalSegment.containing(next.timeline(), next.lsn(), size);
      for (int i = 0; i < MOST_BEGUN; i++, segment = segment.next()) {
        SpooledWal spooled = new SpooledWal(pool, segment);
        Optional<Lsn> pieces = pieces(segment);
        if (i > 0 && pieces.isEmpty() && spooled.end().isEmpty()) {
          return;
        }
        Lsn held = Lsn.max(pieces.orElse(Lsn.ZERO), spooled.end().orElse(Lsn.ZERO));
        if (switched.isEmpty()) {
          awaitFlushed(held);
        }
        Lsn end = Lsn.min(held, switched.orElse(flushed));
        if (!end.isAfter(segment.start())) {
          continue;
        }
        if (spooled.end().isPresent()) {
          ServerWalSource bytes = bytes(segment, end);
          refuse(segment, () -> spooled.difference(bytes));
        }
        if (pieces.isPresent()) {
          pieces(segment, end);
        }
      }
    }

    private void pieces(WalSegment segment, Lsn end) throws IOException {
      try {
        refuse(segment, () -> archive.difference(segment, bytes(segment, end)));
      } catch (ArchiveConflictException
          | StorageUnavailableException
          | UntrustedObjectException e) {
        throw e;
      } catch (ArchiveException e) {
        skipped("the tail of " + segment, e);
      }
    }

    private Optional<Lsn> pieces(WalSegment segment) throws IOException {
      try {
        return archive.endOfPieces(segment);
      } catch (StorageUnavailableException e) {
        if (pool.spool().isEmpty()) {
          throw e;
        }
        return Optional.empty();
      } catch (ArchiveException e) {
        skipped("the tail of " + segment, e);
        return Optional.empty();
      }
    }

    /** Another receiver may have archived more since, and a standby lag for a moment. */
    private void awaitFlushed(Lsn held) throws IOException, InterruptedException {
      for (int tries = 0; held.isAfter(flushed); tries++) {
        if (tries == MOST_WAITS) {
          throw behind(held);
        }
        if (tries > 0) {
          Thread.sleep(WAIT_MS);
        }
        flushed = server.identifySystem().position();
      }
    }

    private ServerUnavailableException behind(Lsn held) {
      return new ServerUnavailableException(
          server.host()
              + " has WAL up to "
              + flushed
              + " only, and up to "
              + held
              + " it was received: a standby that lags, or a server that went back in time",
          OBJECT_NOT_IN_PREREQUISITE_STATE,
          null);
    }

    /** A difference may have happened on the way, so it counts the second time. */
    private void refuse(WalSegment segment, Difference difference) throws IOException {
      if (difference.find().isPresent()) {
        Optional<WalDifference> again = difference.find();
        if (again.isPresent()) {
          throw conflict(segment, again.get());
        }
        LOG.warn("{} was damaged on its way from the server", segment);
      }
    }

    private ArchiveConflictException conflict(WalSegment segment, WalDifference found)
        throws IOException {
      WalSegment first = segment;
      WalDifference difference = found;
      for (int back = 0; back < MOST_BACK && first.number() > 0; back++) {
        WalSegment before = path.rightFile(first.number() - 1);
        Optional<WalDifference> earlier = earlier(before);
        if (earlier.isEmpty()) {
          break;
        }
        first = before;
        difference = earlier.get();
      }
      return new ArchiveConflictException(
          "this server has other WAL from "
              + difference.at()
              + " on than "
              + difference.object()
              + ", though it has the same timeline "
              + first.timeline()
              + ": one of two servers is a copy of the other (cp, a snapshot, a clone) that was"
              + " never promoted. Nothing was archived or acknowledged. If this server is the copy,"
              + " receive from the other one. "
              + (new SpooledWal(pool, first).isHeld()
                  ? "If the spooled WAL is the copy's, move that file and those after it out of the"
                      + " spool. "
                  : "")
              + archive.conflictAdvice(first));
    }

    private Optional<WalDifference> earlier(WalSegment segment) throws IOException {
      try {
        return archive.difference(segment, bytes(segment, segment.end()));
      } catch (WalRemovedException | ArchiveException e) {
        LOG.debug("{} is not compared", segment, e);
        return Optional.empty();
      }
    }
  }
}
