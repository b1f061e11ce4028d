package dev.walden.recovery.path;

import dev.walden.archive.inventory.WalPath;
import dev.walden.archive.inventory.WalPath.Continuous;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.WalGap;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * WAL along a way that goes on without a gap, whether a backup leads there or not.
 *
 * @param backups those from which a server can replay it, the oldest first
 * @param gaps what follows it
 */
public record WalStretch(PathWal wal, List<BaseBackup> backups, List<WalGap> gaps) {

  /**
   * All along a way, in order.
   *
   * @param leading the backups that lead there, the oldest first
   */
  public static List<WalStretch> along(
      WalPath path, List<BaseBackup> leading, ArchiveContents contents, WalKnowledge knowledge)
      throws IOException {
    List<WalStretch> all = new ArrayList<>();
    Optional<Lsn> from = path.ranges().stream().findFirst().map(WalRange::start);
    while (from.isPresent()) {
      PathWal wal = knowledge.wal(path, from.get(), contents);
      Continuous continuous = path.from(from.get());
      List<BaseBackup> usable =
          leading.stream()
              .filter(backup -> !backup.startLsn().isBefore(wal.start()))
              .filter(backup -> !backup.endLsn().isAfter(wal.end()))
              .toList();
      all.add(new WalStretch(wal, usable, gaps(path, wal, continuous, contents)));
      from = wal.next().or(() -> continuous.next().map(WalRange::start));
    }
    return all;
  }

  public Lsn start() {
    return wal.start();
  }

  /** Behind the last valid record. */
  public Lsn end() {
    return wal.end();
  }

  private static List<WalGap> gaps(
      WalPath path, PathWal wal, Continuous continuous, ArchiveContents contents)
      throws IOException {
    List<WalGap> gaps = new ArrayList<>();
    damage(path, wal, continuous).ifPresent(gaps::add);
    if (wal.next().isPresent()) {
      return gaps;
    }
    if (continuous.next().isPresent()) {
      gaps.add(
          missing(
              path,
              continuous.end(),
              continuous.next().get().start(),
              "not in the archive" + GapText.of(continuous)));
    } else {
      Lsn to = path.segment(continuous.end()).end();
      ArchiveEnd.of(contents.wal())
          .after(path, continuous)
          .hole()
          .ifPresent(hole -> gaps.add(missing(path, continuous.end(), to, hole.text())));
    }
    return gaps;
  }

  private static Optional<WalGap> damage(WalPath path, PathWal wal, Continuous continuous) {
    if (wal.damage().isPresent()) {
      Lsn to = wal.next().orElse(continuous.end());
      return Optional.of(damaged(path, wal.end(), to, wal.damage().get()));
    }
    WalOutline last = wal.outlines().get(wal.outlines().size() - 1);
    return last.end()
        // else the pieces of the open segment end with a record
        .filter(reason -> wal.end().isBefore(continuous.end()))
        .map(
            reason ->
                damaged(
                    path,
                    wal.end(),
                    continuous.end(),
                    "valid WAL ends within " + last.lastSegment() + " (" + reason + ")"));
  }

  private static WalGap damaged(WalPath path, Lsn from, Lsn to, String reason) {
    return new WalGap(range(path, from, to), WalGap.Kind.DAMAGED, reason);
  }

  private static WalGap missing(WalPath path, Lsn from, Lsn to, String reason) {
    return new WalGap(range(path, from, to), WalGap.Kind.MISSING, reason);
  }

  private static WalRange range(WalPath path, Lsn from, Lsn to) {
    return new WalRange(path.segment(from).timeline(), from, to);
  }
}
