package dev.walden.recovery.simulate;

import dev.walden.recovery.stop.ReplayedRecord;
import dev.walden.recovery.stop.TwoPhaseFile;
import dev.walden.wal.TimelineHistory;
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
 * The transactions that replay prepared and has not ended yet. What they hold is only in the WAL
 * until a restartpoint writes it to {@code pg_twophase}. The server reads it there again when it
 * counts them: at a shutdown checkpoint, if it is a hot standby, and at the end of recovery. It
 * fails if it then opens another file than before; see {@link TwoPhaseFile}.
 *
 * <p>No restartpoint, which would save the server, is assumed to have happened.
 */
final class PreparedTransactions {
  private final WalSegmentSize size;
  private final TwoPhaseFile rule;
  private final Map<Long, Prepared> pending = new LinkedHashMap<>();

  /** One of them, and the files that its record was read from. */
  private record Prepared(String gid, List<WalSegment> files) {}

  PreparedTransactions(TimelineHistory history, WalSegmentSize size) {
    this.size = size;
    this.rule = new TwoPhaseFile(history, size);
  }

  void add(ReplayedRecord record, Prepare transaction, SegmentRequests fetched) {
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
  Optional<WalSegment> missing(TimelineId timeline, SegmentRequests fetched) {
    return pending.values().stream()
        .flatMap(prepared -> prepared.files().stream())
        .map(file -> wanted(file, timeline, fetched))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<WalSegment> wanted(
      WalSegment file, TimelineId timeline, SegmentRequests fetched) {
    WalSegment opened =
        fetched.hasHistory(timeline)
            ? rule.opened(file.number(), timeline)
            : rule.openedWithoutHistory(file.number(), timeline);
    return opened.equals(file) ? Optional.empty() : Optional.of(opened);
  }

  /** Their names by their IDs. */
  Map<Long, String> gids() {
    return pending.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().gid()));
  }
}
