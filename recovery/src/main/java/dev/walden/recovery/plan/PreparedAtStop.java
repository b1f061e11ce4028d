package dev.walden.recovery.plan;

import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.errors.Printable;
import dev.walden.recovery.path.PathWal;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.recovery.stop.TwoPhaseFile;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalEvent.Checkpoint;
import dev.walden.wal.index.WalEvent.Prepared;
import dev.walden.wal.index.WalEvent.TimelineSwitch;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds prepared transactions that PostgreSQL would fail to read again, because they lie in a
 * segment in which a timeline begins; see {@link TwoPhaseFile}. It reads them when it is promoted
 * and, as a hot standby, at each shutdown checkpoint; not when it pauses or shuts down at the
 * target.
 *
 * <p>Source: {@code PrescanPreparedTransactions} in {@code src/backend/access/transam/twophase.c},
 * called by {@code StartupXLOG} and {@code xlog_redo} in {@code src/backend/access/transam/xlog.c}.
 */
final class PreparedAtStop {
  private final WalPath path;
  private final WalInventory wal;
  private final TimelineHistory history;
  private final TwoPhaseFile file;
  private final ExactChoice.Chosen chosen;

  PreparedAtStop(
      WalPath path, WalInventory wal, TimelineHistory history, ExactChoice.Chosen chosen) {
    this.path = path;
    this.wal = wal;
    this.history = history;
    this.file = new TwoPhaseFile(history, chosen.backup().cluster().segmentSize());
    this.chosen = chosen;
  }

  /**
   * A prepared transaction that the server cannot find.
   *
   * @param reached the timeline of the last record applied
   * @param needed the file that holds it
   * @param reachedKnown whether the history of {@code reached} is archived
   */
  record Lost(Prepared transaction, TimelineId reached, WalSegment needed, boolean reachedKnown) {
    /** For people, as a clause. */
    String text() {
      return String.format(
          "transaction %d (\"%s\") is prepared there, and the server, still on timeline %s,"
              + " cannot find it again in %s",
          transaction.xid(), Printable.of(transaction.gid()), reached, needed);
    }

    /** What to do instead, as a sentence without a full stop. */
    String advice() {
      return reachedKnown
          ? String.format(
              "Stop after the switch to timeline %s, before %s, or on timeline %s",
              needed.timeline(), transaction.lsn(), reached)
          : String.format(
              "Archive %s, if a server still has it in pg_wal, or stop before %s",
              new WalFileName.History(reached), transaction.lsn());
    }
  }

  /** The first one that keeps every server from being promoted at the stop. */
  Optional<Lost> atStop() {
    TimelineId reached = history.timelineAt(chosen.stop().lsn().plus(-1));
    return chosen.stop().prepared().stream()
        .filter(prepared -> isLost(prepared, reached))
        .map(prepared -> new Lost(prepared, reached, needed(prepared), isKnown(reached)))
        .findFirst();
  }

  /**
   * Those at which a hot standby fails before the stop, by the shutdown checkpoint at which it
   * does. That is the one with which a timeline begins, or one earlier in the same segment: in
   * others nothing can be lost.
   */
  Map<Prepared, Lsn> atShutdowns(List<ReplayableWal> coverages) throws IOException {
    Map<Prepared, Lsn> found = new LinkedHashMap<>();
    for (ReplayableWal coverage : coverages) {
      if (coverage.backups().contains(chosen.backup())) {
        for (WalEvent event : coverage.wal().events()) {
          if (event instanceof TimelineSwitch begun) {
            addLost(begun, coverage.wal(), found);
          }
        }
      }
    }
    return found;
  }

  private void addLost(TimelineSwitch begun, PathWal replayed, Map<Prepared, Lsn> found)
      throws IOException {
    for (Checkpoint shutdown : shutdowns(begun, replayed)) {
      TimelineId reached =
          shutdown.lsn().equals(begun.lsn()) ? begun.previousTimeline() : shutdown.timeline();
      for (Prepared prepared : replayed.prepared(shutdown.lsn())) {
        if (isLost(prepared, reached)) {
          found.putIfAbsent(prepared, shutdown.lsn());
        }
      }
    }
  }

  /** The shutdown checkpoints that are replayed, up to the one with which a timeline begins. */
  private List<Checkpoint> shutdowns(TimelineSwitch begun, PathWal replayed) throws IOException {
    return Stream.of(replayed.eventsUntil(begun.lsn()), replayed.eventsUntil(begun.endLsn()))
        .flatMap(List::stream)
        .filter(Checkpoint.class::isInstance)
        .map(Checkpoint.class::cast)
        .filter(Checkpoint::shutdown)
        .filter(checkpoint -> !checkpoint.lsn().isBefore(chosen.backup().startLsn()))
        .filter(checkpoint -> checkpoint.lsn().isBefore(chosen.stop().lsn()))
        .distinct()
        .toList();
  }

  /** What was prepared before the backup began, the backup has in a file. */
  private boolean isLost(Prepared prepared, TimelineId reached) {
    WalSegment needed = needed(prepared);
    WalSegment opened =
        isKnown(reached)
            ? file.opened(needed.number(), reached)
            : file.openedWithoutHistory(needed.number(), reached);
    return !prepared.lsn().isBefore(chosen.backup().startLsn()) && !opened.equals(needed);
  }

  /** Timeline 1 needs no history. */
  private boolean isKnown(TimelineId timeline) {
    return timeline.equals(TimelineId.FIRST) || wal.history(timeline).isPresent();
  }

  /** The file with the end of its record, which may be of a later timeline than the beginning. */
  private WalSegment needed(Prepared prepared) {
    return path.segment(prepared.endLsn().plus(-1));
  }
}
