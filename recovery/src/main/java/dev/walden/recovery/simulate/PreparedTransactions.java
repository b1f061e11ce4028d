package dev.walden.recovery.simulate;

import dev.walden.recovery.stop.ReplayedRecord;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineHistory.Ancestor;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.TransactionBody.End;
import dev.walden.wal.record.TransactionBody.Prepare;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The transactions that replay prepared and did not end yet. What they hold is only in the WAL
 * until a restartpoint writes it to {@code pg_twophase}, and is read there again when the server
 * counts them: at a shutdown checkpoint, if it is a hot standby, and at the end of recovery. It
 * then opens the file of the timeline that it has reached, not the one that it recovered from; in a
 * segment in which it has not come to the switch yet, these differ, and the server ends.
 *
 * <p>A restartpoint, which would save it, is taken not to have happened.
 *
 * <p>Source: {@code XlogReadTwoPhaseData} in {@code src/backend/access/transam/twophase.c}, {@code
 * XLogReadDetermineTimeline} and {@code wal_segment_open} in {@code
 * src/backend/access/transam/xlogutils.c}.
 */
final class PreparedTransactions {
  private final TimelineHistory history;
  private final WalSegmentSize size;
  private final Map<Long, Prepared> pending = new LinkedHashMap<>();

  /** One of them, and the files that its record was read from. */
  private record Prepared(String gid, List<WalSegment> files) {}

  PreparedTransactions(TimelineHistory history, WalSegmentSize size) {
    this.history = history;
    this.size = size;
  }

  void add(ReplayedRecord record, Prepare transaction, FetchedSegments fetched) {
    List<WalSegment> files = new ArrayList<>();
    long last = size.segmentNumberBefore(record.end());
    for (long number = size.segmentNumber(record.start()); number <= last; number++) {
      files.add(new WalSegment(fetched.timelineOf(number), number, size));
    }
    pending.put(transaction.xid(), new Prepared(transaction.gid(), files));
  }

  void remove(End transaction) {
    pending.remove(transaction.xid());
  }

  /**
   * A file that the server misses when it reads them again.
   *
   * @param timeline that of the last record applied
   */
  Optional<WalSegment> missing(TimelineId timeline, FetchedSegments fetched) {
    return pending.values().stream()
        .flatMap(prepared -> prepared.files().stream())
        .map(file -> wanted(file, timeline, fetched))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<WalSegment> wanted(
      WalSegment file, TimelineId timeline, FetchedSegments fetched) {
    // without its history the server takes a timeline for one that has no ancestors
    TimelineId owner =
        fetched.hasHistory(timeline) ? timelineAt(file.end().plus(-1), timeline) : timeline;
    return owner.equals(file.timeline())
        ? Optional.empty()
        : Optional.of(new WalSegment(owner, file.number(), size));
  }

  /** The timeline that holds a position on the way to an ancestor of the target. */
  private TimelineId timelineAt(Lsn position, TimelineId last) {
    TimelineId holder = last;
    List<Ancestor> ancestors = history.ancestors();
    for (int i = ancestors.size() - 1; i >= 0; i--) {
      Ancestor ancestor = ancestors.get(i);
      if (ancestor.timeline().compareTo(last) < 0) {
        if (!position.isBefore(ancestor.switchPoint())) {
          break;
        }
        holder = ancestor.timeline();
      }
    }
    return holder;
  }

  /** Their names by their IDs. */
  Map<Long, String> gids() {
    return pending.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().gid()));
  }
}
