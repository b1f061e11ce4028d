package dev.walden.recovery.plan;

import dev.walden.archive.inventory.WalPath;
import dev.walden.archive.inventory.WalPath.Continuous;
import dev.walden.backup.BaseBackup;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.path.ArchiveEnd;
import dev.walden.recovery.path.ArchiveEnd.Verdict;
import dev.walden.recovery.path.PathWal;
import dev.walden.recovery.path.Recoverable;
import dev.walden.recovery.path.WalKnowledge;
import dev.walden.wal.Lsn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A stretch of a way without a gap, and the backups from which a server can replay it.
 *
 * @param backups the oldest first; not empty
 * @param continuous from the beginning of the first backup on
 * @param verdict what the end of the WAL means; see {@link ArchiveEnd#after}
 */
record ReplayableWal(
    List<BaseBackup> backups, Continuous continuous, PathWal wal, Verdict verdict) {

  /** The WAL that lies behind the backups of a way. */
  static List<ReplayableWal> along(
      WalPath path, List<BaseBackup> backups, ArchiveContents contents, WalKnowledge knowledge)
      throws IOException {
    List<ReplayableWal> all = new ArrayList<>();
    List<BaseBackup> byStart =
        backups.stream().sorted(Comparator.comparing(BaseBackup::startLsn)).toList();
    for (int first = 0, next; first < byStart.size(); first = next) {
      Continuous continuous = path.from(byStart.get(first).startLsn());
      PathWal wal = knowledge.wal(path, byStart.get(first).startLsn(), contents);
      next = first + 1;
      while (next < byStart.size()
          && path.from(byStart.get(next).startLsn()).end().equals(continuous.end())
          && !behind(wal, byStart.get(next))) {
        next++;
      }
      List<BaseBackup> covered = byStart.subList(first, next);
      all.add(
          new ReplayableWal(
              covered.stream().sorted(Recoverable.OLDEST_FIRST).toList(),
              continuous,
              wal,
              ArchiveEnd.of(contents.wal()).after(path, continuous)));
    }
    return all;
  }

  /** Where replay begins that begins first. */
  Lsn begin() {
    return backups.stream().map(BaseBackup::startLsn).min(Lsn::compareTo).orElseThrow();
  }

  /** Whether a backup begins behind the damage at which the WAL ends. */
  private static boolean behind(PathWal wal, BaseBackup backup) {
    return wal.next().isPresent() && !backup.startLsn().isBefore(wal.next().get());
  }
}
