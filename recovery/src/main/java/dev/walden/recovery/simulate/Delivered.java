package dev.walden.recovery.simulate;

import dev.walden.archive.inventory.WalInventory;
import dev.walden.recovery.path.ArchiveEnd;
import dev.walden.recovery.path.ArchiveEnd.Hole;
import dev.walden.recovery.path.ArchiveEnd.Verdict;
import dev.walden.recovery.path.TakenTimelines;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a server is given of the archive's files, and which requests end it.
 *
 * @param planned the segments that it can have, if not all
 * @param standIns the timelines for whose histories others stand in
 */
record Delivered(
    WalInventory wal, WalDelivery delivery, Set<WalSegment> planned, Set<TimelineId> standIns) {

  static Delivered of(WalInventory wal, RecoveryPlan plan, WalDelivery delivery)
      throws IOException {
    return delivery == WalDelivery.PG_WAL
        ? new Delivered(
            wal, delivery, plan.segments().collect(Collectors.toSet()), standIns(wal, plan))
        : new Delivered(wal, delivery, Set.of(), Set.of());
  }

  private static Set<TimelineId> standIns(WalInventory wal, RecoveryPlan plan) throws IOException {
    TakenTimelines taken = TakenTimelines.of(wal);
    List<WalFileName.History> fromBackup = taken.after(plan.backup().endTimeline());
    return Stream.concat(fromBackup.stream(), taken.after(plan.timeline()).stream())
        .map(WalFileName.History::timeline)
        .filter(timeline -> wal.history(timeline).isEmpty())
        .collect(Collectors.toSet());
  }

  boolean has(WalSegment segment) {
    return wal.contains(segment) && (delivery != WalDelivery.PG_WAL || planned.contains(segment));
  }

  /** Whether the history of a timeline can be had; timeline 1 needs none. */
  boolean hasHistory(TimelineId timeline) {
    return wal.history(timeline).isPresent();
  }

  /** Whether the server sees a history of this name. */
  boolean isTaken(TimelineId timeline) {
    return hasHistory(timeline) || standIns.contains(timeline);
  }

  /** Whether the answer to a request ends the server. */
  boolean endsServer(WalFileName name) {
    try {
      return delivery == WalDelivery.RESTORE_COMMAND && verdict(name) instanceof Hole;
    } catch (IOException e) {
      // what it goes by is in memory
      throw new UncheckedIOException(e);
    }
  }

  private Verdict verdict(WalFileName name) throws IOException {
    ArchiveEnd end = ArchiveEnd.of(wal);
    if (name instanceof WalFileName.History history) {
      return hasHistory(history.timeline()) ? new ArchiveEnd.EndOfWal() : end.missing(name);
    }
    WalSegment segment = ((WalFileName.Segment) name).segment(wal.cluster().segmentSize());
    if (isBeginning(segment)) {
      return end.incomplete(segment);
    }
    return wal.contains(segment) ? new ArchiveEnd.EndOfWal() : end.missing(name);
  }

  /** Whether only the beginning of a segment is archived, in pieces. */
  private boolean isBeginning(WalSegment segment) {
    return wal.ranges(segment.timeline()).stream()
        .anyMatch(
            range -> range.end().isAfter(segment.start()) && range.end().isBefore(segment.end()));
  }
}
