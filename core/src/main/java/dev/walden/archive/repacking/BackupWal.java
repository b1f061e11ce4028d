package dev.walden.archive.repacking;

import dev.walden.NotArchivedException;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.WalRange;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.FileBody;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.TransactionBody;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.XlogBody;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the WAL that a backup needs, read record by record, tells about the backup. For one that
 * another tool took, it is the only source of its time by the server's clock.
 *
 * @param startTime the time of its checkpoint
 * @param endTime no transaction before the backup's end ended later
 * @param databases the OIDs of the databases that were created or dropped meanwhile
 */
public record BackupWal(Instant startTime, Instant endTime, Set<Long> databases) {
  public BackupWal {
    databases = Set.copyOf(databases);
  }

  /**
   * Reads the WAL.
   *
   * @param ranges the newest timeline first
   * @throws NotArchivedException if the archive does not hold all of it, or it is not valid
   */
  public static BackupWal read(ArchiveStore archive, List<WalRange> ranges) throws IOException {
    for (WalRange range : ranges) {
      WalFileName history = new WalFileName.History(range.timeline());
      if (!range.timeline().equals(TimelineId.FIRST) && !archive.contains(history)) {
        throw new NotArchivedException(
            history + ", which the backup needs, is not in the " + archive + ": import it first");
      }
    }
    WalSegmentSize size = archive.cluster().segmentSize();
    Lsn start = ranges.get(ranges.size() - 1).start();
    Lsn end = ranges.get(0).end();
    Instant checkpoint = null;
    Instant latest = Instant.MIN;
    Set<Long> databases = new HashSet<>();
    try (WalReader reader =
        WalReader.builder(archive::open, size)
            .timelines(number -> timeline(ranges, size, number))
            .cluster(archive.cluster().systemIdentifier())
            .from(start)
            .until(end)
            .build()) {
      while (reader.next()) {
        RecordBody body = reader.record().body().orElse(null);
        if (body instanceof TransactionBody.End transaction) {
          latest = transaction.time().isAfter(latest) ? transaction.time() : latest;
        } else if (body instanceof XlogBody.Checkpoint found && checkpoint == null) {
          checkpoint = found.time();
        } else if (body instanceof FileBody.CreateDatabase created) {
          databases.add(created.database());
        } else if (body instanceof FileBody.DropDatabase dropped) {
          databases.add(dropped.database());
        }
      }
      WalEnd reached = reader.end().orElseThrow();
      if (reached.reason() != WalEnd.Reason.END_REACHED || checkpoint == null) {
        throw new NotArchivedException(
            "the WAL that the backup needs, from "
                + start
                + " to "
                + end
                + ", is not in the "
                + archive
                + ": it ends at "
                + reached.lsn()
                + ", "
                + reached.detail()
                + ". Import it first");
      }
    }
    // a checkpoint's time is in whole seconds; transactions may have ended later in that second
    Instant taken = checkpoint.plusSeconds(1);
    return new BackupWal(checkpoint, latest.isAfter(taken) ? latest : taken, databases);
  }

  private static TimelineId timeline(List<WalRange> ranges, WalSegmentSize size, long number) {
    for (WalRange range : ranges) {
      if (size.segmentNumber(range.start()) <= number) {
        return range.timeline();
      }
    }
    return ranges.get(ranges.size() - 1).timeline();
  }
}
