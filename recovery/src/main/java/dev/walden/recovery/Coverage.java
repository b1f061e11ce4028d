package dev.walden.recovery;

import dev.walden.archive.WalPath;
import dev.walden.archive.WalPath.Reach;
import dev.walden.backup.BaseBackup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a way without a gap, and the backups from which a server can replay it.
 *
 * @param backups the oldest first; not empty
 * @param reach from the first backup on
 */
record Coverage(List<BaseBackup> backups, Reach reach, PathWal wal) {

  /** The WAL that lies behind the backups of a way. */
  static List<Coverage> along(
      WalPath path, List<BaseBackup> backups, ArchiveContents contents, WalKnowledge knowledge)
      throws IOException {
    List<Coverage> all = new ArrayList<>();
    for (int first = 0, next; first < backups.size(); first = next) {
      Reach reach = path.from(backups.get(first).startLsn());
      PathWal wal = knowledge.wal(path, backups.get(first).startLsn(), contents);
      next = first + 1;
      while (next < backups.size()
          && path.from(backups.get(next).startLsn()).end().equals(reach.end())
          && !behind(wal, backups.get(next))) {
        next++;
      }
      all.add(new Coverage(List.copyOf(backups.subList(first, next)), reach, wal));
    }
    return all;
  }

  /** Whether a backup begins behind the damage at which the WAL ends. */
  private static boolean behind(PathWal wal, BaseBackup backup) {
    return wal.next().isPresent() && !backup.startLsn().isBefore(wal.next().get());
  }
}
