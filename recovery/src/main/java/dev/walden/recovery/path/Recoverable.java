package dev.walden.recovery.path;

import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.backup.BaseBackup;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoverableRange;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What an archive can bring back. */
public final class Recoverable {
  public static final Comparator<BaseBackup> OLDEST_FIRST =
      Comparator.comparing(BaseBackup::endLsn)
          .thenComparing(BaseBackup::endTime)
          .thenComparing(BaseBackup::id);
  private static final int SHOWN = 8;

  private Recoverable() {}

  /**
   * Every range, by timeline and position: the same as plans accept.
   *
   * @param access to the WAL; without it damage is not known, nor other reasons for not replaying
   */
  public static List<RecoverableRange> ranges(
      ArchiveContents contents, Optional<PathWal.Access> access) throws IOException {
    if (access.isEmpty()) {
      return byInventory(contents);
    }
    List<RecoverableRange> ranges = new ArrayList<>();
    for (TimelineHistory history : histories(contents.wal())) {
      WalPath path = new WalPath(contents.wal(), history);
      List<BaseBackup> leading = leadingTo(history, contents.backups());
      for (ReplayableWal wal : ReplayableWal.all(path, leading, contents, access.get())) {
        ranges.addAll(wal.recoverable(history.timeline()));
      }
    }
    return ranges;
  }

  private static List<RecoverableRange> byInventory(ArchiveContents contents) {
    List<RecoverableRange> ranges = new ArrayList<>();
    for (TimelineHistory history : histories(contents.wal())) {
      WalPath path = new WalPath(contents.wal(), history);
      Map<Lsn, List<BaseBackup>> byEnd = new TreeMap<>();
      for (BaseBackup backup : leadingTo(history, contents.backups())) {
        Lsn end = path.from(backup.startLsn()).end();
        if (!end.isBefore(backup.endLsn())) {
          byEnd.computeIfAbsent(end, any -> new ArrayList<>()).add(backup);
        }
      }
      byEnd.forEach(
          (end, backups) ->
              ranges.add(new RecoverableRange(history.timeline(), backups, end, Optional.empty())));
    }
    return ranges;
  }

  /** The histories of all timelines whose ancestors are known, by their numbers. */
  public static List<TimelineHistory> histories(WalInventory wal) {
    List<TimelineHistory> histories = new ArrayList<>(List.of(TimelineHistory.first()));
    histories.addAll(wal.histories().values());
    return histories;
  }

  /** The backups from which recovery can go along a timeline, the oldest first. */
  public static List<BaseBackup> leadingTo(TimelineHistory history, List<BaseBackup> backups) {
    return backups.stream()
        .filter(backup -> leadsTo(history, backup))
        .sorted(OLDEST_FIRST)
        .toList();
  }

  /**
   * Whether the checkpoint and the end of a backup lie in the history of a timeline: {@code
   * InitWalRecovery} in {@code src/backend/access/transam/xlogrecovery.c}.
   */
  public static boolean leadsTo(TimelineHistory history, BaseBackup backup) {
    return history.timelineAt(backup.checkpointLsn()).equals(backup.startTimeline())
        && history.timelineAt(backup.endLsn().plus(-1)).equals(backup.endTimeline());
  }

  /** What is possible instead of a target that is not. */
  public static String offer(ArchiveContents contents, Optional<PathWal.Access> access)
      throws IOException {
    List<RecoverableRange> ranges = ranges(contents, access);
    if (ranges.isEmpty()) {
      return "Nothing in this archive is recoverable: "
          + (contents.backups().isEmpty()
              ? "it holds no base backup."
              : "no base backup has the WAL that it needs itself.");
    }
    String shown =
        ranges.subList(Math.max(0, ranges.size() - SHOWN), ranges.size()).stream()
            .map(range -> "\n  " + range)
            .collect(Collectors.joining());
    return "Recoverable is" + (ranges.size() > SHOWN ? ", among others" : "") + ":" + shown;
  }

  /** The timelines, of those with archived WAL, that are not in the history of another one. */
  public static List<TimelineId> others(WalInventory wal, TimelineHistory history) {
    return wal.timelines().stream().filter(t -> !history.contains(t)).toList();
  }
}
