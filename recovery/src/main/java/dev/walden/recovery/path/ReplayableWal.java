package dev.walden.recovery.path;

import dev.walden.archive.inventory.WalPath;
import dev.walden.archive.inventory.WalPath.Continuous;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoverableRange;
import dev.walden.recovery.WalGap;
import dev.walden.recovery.path.ArchiveEnd.Verdict;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * WAL along a path without a gap, and the backups from which a server can replay it.
 *
 * @param continuous what the inventory says of it
 * @param wal what its records say of it: they may end earlier, where they are damaged
 * @param verdict what the end of {@code continuous} means
 * @param backups the oldest first
 */
public record ReplayableWal(
    WalPath path, Continuous continuous, PathWal wal, Verdict verdict, List<BaseBackup> backups) {

  /**
   * All WAL of a path, in order, whether a backup leads there or not.
   *
   * @param leading the backups that lead there, the oldest first
   */
  public static List<ReplayableWal> all(
      WalPath path, List<BaseBackup> leading, ArchiveContents contents, PathWal.Access access)
      throws IOException {
    List<ReplayableWal> all = new ArrayList<>();
    Optional<Lsn> from = path.ranges().stream().findFirst().map(WalRange::start);
    while (from.isPresent()) {
      Continuous continuous = path.from(from.get());
      PathWal wal = access.wal(path, from.get(), contents);
      List<BaseBackup> usable =
          leading.stream()
              .filter(backup -> !backup.startLsn().isBefore(wal.start()))
              .filter(backup -> !backup.endLsn().isAfter(wal.end()))
              .toList();
      all.add(of(path, continuous, wal, usable, contents));
      from = wal.next().or(() -> continuous.next().map(WalRange::start));
    }
    return all;
  }

  /**
   * The WAL that follows backups, the oldest first; each begins with its first backup.
   *
   * @param backups whose own WAL is archived; it may be damaged
   */
  public static List<ReplayableWal> after(
      List<BaseBackup> backups, WalPath path, ArchiveContents contents, PathWal.Access access)
      throws IOException {
    List<ReplayableWal> all = new ArrayList<>();
    List<BaseBackup> byStart =
        backups.stream().sorted(Comparator.comparing(BaseBackup::startLsn)).toList();
    for (int first = 0, next; first < byStart.size(); first = next) {
      Lsn from = byStart.get(first).startLsn();
      Continuous continuous = path.from(from);
      PathWal wal = access.wal(path, from, contents);
      next = first + 1;
      while (next < byStart.size()
          && path.from(byStart.get(next).startLsn()).end().equals(continuous.end())
          && !beginsAfterDamage(byStart.get(next), wal)) {
        next++;
      }
      List<BaseBackup> covered =
          byStart.subList(first, next).stream().sorted(Recoverable.OLDEST_FIRST).toList();
      all.add(of(path, continuous, wal, covered, contents));
    }
    return all;
  }

  private static boolean beginsAfterDamage(BaseBackup backup, PathWal wal) {
    return wal.next().isPresent() && !backup.startLsn().isBefore(wal.next().get());
  }

  private static ReplayableWal of(
      WalPath path,
      Continuous continuous,
      PathWal wal,
      List<BaseBackup> backups,
      ArchiveContents contents)
      throws IOException {
    Verdict verdict = ArchiveEnd.of(contents.wal()).after(path, continuous);
    return new ReplayableWal(path, continuous, wal, verdict, backups);
  }

  /** The start of the first segment. */
  public Lsn start() {
    return wal.start();
  }

  /** The position after the last valid record. */
  public Lsn end() {
    return wal.end();
  }

  /** The first position from which a backup is replayed. */
  public Lsn replayStart() {
    return backups.stream().map(BaseBackup::startLsn).min(Lsn::compareTo).orElseThrow();
  }

  /** Whether more WAL of the path is archived after the end, or something says that there was. */
  public boolean endsInGap() {
    return continuous.next().isPresent() || verdict.hole().isPresent();
  }

  /** Where recovery can stop, in order: as far as plans are accepted. */
  public List<RecoverableRange> recoverable(TimelineId timeline) throws IOException {
    Map<Lsn, List<BaseBackup>> byEnd = new TreeMap<>();
    for (BaseBackup backup : backups) {
      Lsn end = minimal(backup.startLsn()).orElse(end());
      if (!end.isBefore(backup.endLsn())) {
        byEnd.computeIfAbsent(end, any -> new ArrayList<>()).add(backup);
      }
    }
    List<RecoverableRange> ranges = new ArrayList<>();
    for (Map.Entry<Lsn, List<BaseBackup>> range : byEnd.entrySet()) {
      Lsn start = range.getValue().get(0).endLsn();
      ranges.add(
          new RecoverableRange(
              timeline,
              range.getValue(),
              range.getKey(),
              new PathScan(wal)
                  .lastBefore(range.getKey())
                  .filter(last -> !last.lsn().isBefore(start))));
    }
    return ranges;
  }

  /** Where {@code wal_level} became minimal at a position or after it. */
  private Optional<Lsn> minimal(Lsn from) {
    return wal.events().stream()
        .filter(ReplayableWal::isMinimal)
        .map(WalEvent::lsn)
        .filter(lsn -> !lsn.isBefore(from))
        .findFirst();
  }

  private static boolean isMinimal(WalEvent event) {
    return event instanceof WalEvent.ParameterChange change
        && change.parameters().walLevel() == WalLevel.MINIMAL;
  }

  /** Over which no server replays: within it, the damage at the end, and the gap after it. */
  public List<WalGap> gaps() {
    List<WalGap> gaps = minimal();
    damaged().ifPresent(gaps::add);
    if (wal.next().isPresent()) {
      return gaps;
    }
    Lsn from = continuous.end();
    if (continuous.next().isPresent()) {
      Lsn to = continuous.next().get().start();
      gaps.add(gap(from, to, WalGap.Kind.MISSING, "not in the archive" + continuous.note()));
    } else {
      Lsn to = path.segment(from).end();
      verdict.hole().ifPresent(hole -> gaps.add(gap(from, to, WalGap.Kind.MISSING, hole.text())));
    }
    return gaps;
  }

  /** From each change to minimal to the backup with which one can go on. */
  private List<WalGap> minimal() {
    List<WalGap> gaps = new ArrayList<>();
    for (WalEvent event : wal.events()) {
      Lsn covered = gaps.isEmpty() ? start() : gaps.get(gaps.size() - 1).range().end();
      if (isMinimal(event) && !event.lsn().isBefore(covered)) {
        Lsn next =
            backups.stream()
                .map(BaseBackup::startLsn)
                .filter(event.lsn()::isBefore)
                .min(Lsn::compareTo)
                .orElse(end());
        gaps.add(gap(event.lsn(), next, WalGap.Kind.MINIMAL, "written with wal_level = minimal"));
      }
    }
    return gaps;
  }

  private Optional<WalGap> damaged() {
    if (wal.damage().isPresent()) {
      Lsn to = wal.next().orElse(continuous.end());
      return Optional.of(gap(wal.end(), to, WalGap.Kind.DAMAGED, wal.damage().get().text()));
    }
    WalOutline last = wal.outlines().get(wal.outlines().size() - 1);
    return last.end()
        // else the pieces of the open segment end with a record
        .filter(reason -> wal.end().isBefore(continuous.end()))
        .map(reason -> "valid WAL ends within " + last.lastSegment() + " (" + reason + ")")
        .map(text -> gap(wal.end(), continuous.end(), WalGap.Kind.DAMAGED, text));
  }

  private WalGap gap(Lsn from, Lsn to, WalGap.Kind kind, String reason) {
    return new WalGap(new WalRange(path.segment(from).timeline(), from, to), kind, reason);
  }
}
