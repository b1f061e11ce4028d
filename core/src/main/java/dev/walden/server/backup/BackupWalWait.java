package dev.walden.server.backup;

import dev.walden.NotArchivedException;
import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.WalRange;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits until the archive holds WAL. */
final class BackupWalWait {
  private static final Logger LOG = LoggerFactory.getLogger(BackupWalWait.class);
  private static final long POLL_MS = 50;

  private final ArchiveStore archive;
  private final Duration limit;

  BackupWalWait(ArchiveStore archive, Duration limit) {
    this.archive = archive;
    this.limit = limit;
  }

  /**
   * Waits for all segments of these ranges, and for the histories of their timelines.
   *
   * @throws NotArchivedException if a file did not arrive within the limit after the previous one
   */
  void await(List<WalRange> ranges) throws IOException, InterruptedException {
    for (WalFileName name : files(ranges)) {
      long deadline = System.nanoTime() + limit.toNanos();
      while (!isDurable(name)) {
        if (System.nanoTime() > deadline) {
          if (archive.contains(name)) {
            // exists, but not in enough copies: throws the reason
            archive.makeDurable(name);
          }
          throw new NotArchivedException(
              name
                  + ", which the backup needs, did not reach the "
                  + archive
                  + " within "
                  + limit.toSeconds()
                  + " s: is a receiver running, or archive_command set and working? (After a"
                  + " backup of a standby, pg_switch_wal() on the primary completes the last"
                  + " segment.)");
        }
        Thread.sleep(POLL_MS);
      }
    }
  }

  private boolean isDurable(WalFileName name) throws IOException {
    if (!archive.contains(name)) {
      return false;
    }
    try {
      archive.makeDurable(name);
      return true;
    } catch (StorageUnavailableException | NotArchivedException e) {
      LOG.debug("{} is not durable yet: {}", name, e.getMessage());
      return false;
    }
  }

  private List<WalFileName> files(List<WalRange> ranges) {
    WalSegmentSize size = archive.cluster().segmentSize();
    List<WalFileName> names = new ArrayList<>();
    Optional<TimelineId> newest =
        ranges.stream().map(WalRange::timeline).max(Comparator.naturalOrder());
    for (WalRange range : ranges) {
      if (!range.timeline().equals(TimelineId.FIRST)) {
        names.add(new WalFileName.History(range.timeline()));
      }
      // a timeline never completes its last segment before a switch: the next one repeats it
      boolean left = !range.timeline().equals(newest.orElseThrow());
      long last = size.segmentNumberBefore(left ? size.floor(range.end()) : range.end());
      for (long n = size.segmentNumber(range.start()); n <= last; n++) {
        names.add(new WalSegment(range.timeline(), n, size).fileName());
      }
    }
    return names;
  }
}
