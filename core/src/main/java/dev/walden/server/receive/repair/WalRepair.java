package dev.walden.server.receive.repair;

import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.backup.WalRange;
import dev.walden.server.MissingWal;
import dev.walden.server.MissingWalException;
import dev.walden.server.ServerAddress;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an archive lacks along a server's path: brings what the server still has, and records, or
 * refuses, what it has not.
 */
public final class WalRepair {
  private static final Logger LOG = LoggerFactory.getLogger(WalRepair.class);

  /** How many holes are looked at, the last ones: the server hardly has older WAL. */
  private static final int MOST_HOLES = 64;

  /** How often damage in one hole is asked for once more. */
  private static final int MOST_RETRIES = 3;

  private final WalsenderConnection server;
  private final ServerAddress address;
  private final ArchiveStore archive;
  private final WalPath path;
  private final WalSegmentSize size;
  private final ServerWalProbe kept;
  private final Consumer<RecordedGap> listener;
  private final Clock clock = Clock.systemUTC();

  public WalRepair(
      WalsenderConnection server,
      ServerAddress address,
      ArchiveStore archive,
      WalInventory archived,
      TimelineHistory history,
      Consumer<RecordedGap> listener) {
    this.listener = listener;
    this.server = server;
    this.address = address;
    this.archive = archive;
    this.path = new WalPath(archived, history);
    this.size = archive.cluster().segmentSize();
    this.kept = new ServerWalProbe(server, history, size);
  }

  /**
   * Fills the holes in what is archived before {@code until}. What a server has lost may come from
   * another one later, so recorded gaps are tried again.
   */
  public void fill(Lsn until) throws IOException, InterruptedException {
    if (path.ranges().isEmpty()) {
      return;
    }
    List<WalRange> holes = path.missing(path.ranges().get(0).start(), size.floor(until));
    if (holes.isEmpty()) {
      return;
    }
    try (SegmentFetch fetch = new SegmentFetch(server, archive)) {
      for (WalRange hole : holes.subList(Math.max(0, holes.size() - MOST_HOLES), holes.size())) {
        fill(hole, fetch);
      }
    }
  }

  private void fill(WalRange hole, SegmentFetch fetch) throws IOException, InterruptedException {
    Lsn at = hole.start();
    Optional<Lsn> suspect = Optional.empty();
    int retries = MOST_RETRIES;
    while (at.isBefore(hole.end())) {
      Lsn first = kept.first(at, hole.end());
      record(path.unrecorded(at, first), "the server no longer had it");
      Lsn archived = first;
      Optional<CorruptFileException> damage = Optional.empty();
      if (first.isBefore(hole.end())) {
        archived = fetch.run(new WalRange(hole.timeline(), first, hole.end()));
        damage = fetch.damage();
        LOG.info(
            "fetched WAL that was missing, of timeline {} from {} to {}",
            hole.timeline(),
            first,
            archived);
      }
      if (damage.isPresent() && retries > 0 && !suspect.equals(Optional.of(archived))) {
        // it may have happened on the way; from the same start, lest the record be known in part
        // only
        LOG.info("asked for once more: {}", damage.get().getMessage());
        suspect = Optional.of(archived);
        retries--;
        continue;
      }
      if (damage.isPresent()) {
        Lsn next = archived.plus(size.bytes());
        LOG.warn("not fetched: {}", damage.get().getMessage());
        record(path.unrecorded(archived, next), "it is damaged on the server");
        archived = next;
      }
      if (archived.equals(at)) {
        return; // it has ended before, or is being removed now: not for this connection
      }
      at = archived;
    }
  }

  /**
   * Finds out what is missing, now that the server has refused the WAL that comes next.
   *
   * @param next what comes next
   * @param position how far the server has flushed its WAL
   * @param reason why it may be missing
   * @throws MissingWalException if the policy does not accept that it is
   */
  public void settle(Lsn next, Lsn position, MissingWal policy, String reason) throws IOException {
    Lsn resume = kept.first(next, size.floor(position));
    List<WalRange> missing = path.unrecorded(next, resume);
    List<WalRange> ranges = path.ranges();
    Lsn end = ranges.get(ranges.size() - 1).end();
    List<WalRange> behind = new ArrayList<>();
    for (WalRange range : missing) {
      // before the archive's end nobody can stop it any more
      if (policy == MissingWal.STOP && !range.start().isBefore(end)) {
        behind.add(range);
      } else {
        record(List.of(range), reason);
      }
    }
    if (!behind.isEmpty()) {
      throw new MissingWalException(address, behind, reason);
    }
  }

  private void record(List<WalRange> gaps, String reason) throws IOException {
    for (WalRange gap : gaps) {
      RecordedGap recorded = new RecordedGap(gap, clock.instant(), reason);
      archive.recordGap(recorded);
      listener.accept(recorded);
      LOG.warn(
          "WAL of {} is missing, and recorded as a gap ({}). Take a new base backup: none from"
              + " before {} can be recovered beyond it",
          gap,
          reason,
          gap.start());
    }
  }
}
