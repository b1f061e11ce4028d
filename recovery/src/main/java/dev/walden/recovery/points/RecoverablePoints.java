package dev.walden.recovery.points;

import dev.walden.CheckReturnValue;
import dev.walden.NotArchivedException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalPath;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.RestorePoint;
import dev.walden.recovery.path.PathScan;
import dev.walden.recovery.path.PathWal;
import dev.walden.recovery.path.Recoverable;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.record.TransactionBody.End;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an archive can bring back: which WAL it covers, and the points in it that one may want to
 * recover to. Nothing is restored. By default along the timeline with the highest number that a
 * base backup leads to. Immutable: each method that sets something returns a changed copy.
 *
 * <p>Each search reads what the archive holds again, through its {@linkplain ArchiveStore#index
 * index}; what is not indexed it reads from the WAL. It needs the keys. Times are the server's, and
 * not in the order of the WAL.
 */
@CheckReturnValue
public final class RecoverablePoints {
  private static final int DEFAULT_LIMIT = 1000;

  private final ArchiveStore archive;
  private final Optional<TimelineId> timeline;
  private final boolean every;
  private final int limit;
  private final CatalogNames names;

  private RecoverablePoints(
      ArchiveStore archive,
      Optional<TimelineId> timeline,
      boolean every,
      int limit,
      CatalogNames names) {
    this.archive = archive;
    this.timeline = timeline;
    this.every = every;
    this.limit = limit;
    this.names = names;
  }

  /** Looks into the archive whenever it is asked. */
  public static RecoverablePoints of(ArchiveStore archive) {
    return new RecoverablePoints(
        archive, Optional.empty(), false, DEFAULT_LIMIT, CatalogNames.none());
  }

  /** Looks along this timeline only, and those it comes from. */
  public RecoverablePoints timeline(TimelineId id) {
    return new RecoverablePoints(archive, Optional.of(id), false, limit, names);
  }

  /** Looks along every timeline whose history is known. What several share is reported once. */
  public RecoverablePoints everyTimeline() {
    return new RecoverablePoints(archive, Optional.empty(), true, limit, names);
  }

  /** Finds at most this many; 1000 by default. */
  public RecoverablePoints limit(int points) {
    if (points < 1) {
      throw new IllegalArgumentException("the limit must be positive: " + points);
    }
    return new RecoverablePoints(archive, timeline, every, points, names);
  }

  /** Names what was dropped. */
  public RecoverablePoints names(CatalogNames catalogs) {
    return new RecoverablePoints(archive, timeline, every, limit, catalogs);
  }

  /**
   * Which WAL is there, and where recovery can stop, by timeline.
   *
   * @throws NotArchivedException if the history of the timeline asked for is not there
   */
  public List<TimelineCoverage> coverage() throws IOException {
    return new TimelinePaths().coverage();
  }

  /** The timelines, all of them, as a drawing of at most 80 columns. */
  public String picture() throws IOException {
    TimelinePaths paths = everyTimeline().new TimelinePaths();
    return new TimelinePicture(paths.coverage()).draw();
  }

  /** The restore points, in the order of the WAL. */
  public PointList<NamedPoint> restorePoints() throws IOException {
    PointList.Collector<NamedPoint> found = new PointList.Collector<>(limit);
    for (TimelinePath path : new TimelinePaths().all) {
      Set<String> once = new HashSet<>();
      Set<String> twice = new HashSet<>();
      for (ReplayableWal wal : path.replayable()) {
        points(wal).forEach(point -> (once.add(point.name()) ? once : twice).add(point.name()));
      }
      for (TimelineSection section : path.sections()) {
        for (WalEvent.RestorePoint point : points(section.wal())) {
          if (section.contains(point.lsn())) {
            found.add(
                new NamedPoint(
                    section.place(point.lsn(), point.endLsn()),
                    point.time(),
                    point.name(),
                    twice.contains(point.name()) || !RestorePoint.isKnownBy(point.name())
                        ? RecoveryTarget.lsn(point.lsn())
                        : RecoveryTarget.name(point.name())));
          }
        }
      }
    }
    return found.list();
  }

  private static List<WalEvent.RestorePoint> points(ReplayableWal wal) {
    return wal.wal().events().stream()
        .filter(WalEvent.RestorePoint.class::isInstance)
        .map(WalEvent.RestorePoint.class::cast)
        .toList();
  }

  /**
   * The transactions that ended from one time to another, with these times, wherever in the WAL.
   */
  public PointList<TransactionPoint> transactions(Instant from, Instant to) throws IOException {
    TimeRange window = new TimeRange(from, to);
    PointList.Collector<TransactionPoint> found = new PointList.Collector<>(limit);
    for (TimelinePath path : new TimelinePaths().all) {
      for (TimelineSection section : path.sections()) {
        transactions(section, window, found);
      }
    }
    return found.list();
  }

  private static void transactions(
      TimelineSection section, TimeRange window, PointList.Collector<TransactionPoint> found)
      throws IOException {
    new PathScan(section.wal().wal())
        .forwards(
            section.from(),
            outline -> outline.startLsn().isBefore(section.until()) && window.meets(outline),
            (record, previous) -> {
              if (!section.contains(record.start())) {
                return false;
              }
              if (record.body().orElse(null) instanceof End end && window.contains(end.time())) {
                found.add(
                    new TransactionPoint(
                        section.place(record.start(), record.end()),
                        new EndedTransaction(record.start(), end)));
              }
              return !found.isFull();
            });
  }

  /**
   * What was dropped, truncated or rewritten by transactions that committed from one time to
   * another, with these times, and the databases that were dropped about then.
   */
  public PointList<DroppedRelations> drops(Instant from, Instant to) throws IOException {
    TimeRange window = new TimeRange(from, to);
    PointList.Collector<DroppedRelations> found = new PointList.Collector<>(limit);
    for (TimelinePath path : new TimelinePaths().all) {
      for (TimelineSection section : path.sections()) {
        new DroppedRelationSearch(section, window, names, found).run();
      }
    }
    return found.list();
  }

  /** A timeline, all WAL of its path, and the sections that belong to no earlier path. */
  private record TimelinePath(
      TimelineHistory history, List<ReplayableWal> replayable, List<TimelineSection> sections) {}

  /** What the archive holds now along the paths that are asked for. */
  private final class TimelinePaths {
    private final List<TimelinePath> all = new ArrayList<>();

    TimelinePaths() throws IOException {
      ArchiveContents contents = ArchiveContents.read(archive);
      PathWal.Access access = new PathWal.Access(archive.index(), archive::open);
      TimelineSection.Cut cut = new TimelineSection.Cut();
      for (TimelineHistory history : histories(contents)) {
        List<ReplayableWal> replayable =
            ReplayableWal.all(
                new WalPath(contents.wal(), history),
                Recoverable.leadingTo(history, contents.backups()),
                contents,
                access);
        all.add(new TimelinePath(history, replayable, cut.of(history, replayable)));
      }
    }

    List<TimelineCoverage> coverage() throws IOException {
      List<TimelineCoverage> coverage = new ArrayList<>();
      for (TimelinePath path : all) {
        coverage.add(TimelineCoverage.of(path.history(), path.replayable()));
      }
      return coverage;
    }
  }

  private List<TimelineHistory> histories(ArchiveContents contents) throws NotArchivedException {
    List<TimelineHistory> known = Recoverable.histories(contents.wal());
    if (every) {
      return known;
    }
    if (timeline.isPresent()) {
      return List.of(
          contents
              .wal()
              .history(timeline.get())
              .orElseThrow(
                  () ->
                      new NotArchivedException(
                          "the history of timeline " + timeline.get() + " is not in " + archive)));
    }
    return List.of(
        known.stream()
            .filter(history -> !Recoverable.leadingTo(history, contents.backups()).isEmpty())
            .reduce((lower, higher) -> higher)
            .orElse(known.get(known.size() - 1)));
  }
}
