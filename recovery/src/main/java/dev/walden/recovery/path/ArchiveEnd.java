package dev.walden.recovery.path;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.SegmentLookup;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.archive.inventory.WalPath.Continuous;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;

/**
 * Judges files that an archive does not hold: does the archived WAL end there, or is it a hole?
 * Plans and {@code restore_command} ask the same, so that no plan leads to where a server is
 * stopped.
 */
public record ArchiveEnd(Holdings holdings, WalSegmentSize size) {

  /** What an archive holds. */
  interface Holdings {
    /** See {@link ArchiveStore#nextSegment}. */
    Optional<WalSegment> next(WalSegment segment) throws IOException;

    Collection<TimelineHistory> histories() throws IOException;
  }

  /** Judges by what an archive holds whenever it is asked. */
  public static ArchiveEnd from(ArchiveStore archive) {
    Holdings now =
        new Holdings() {
          @Override
          public Optional<WalSegment> next(WalSegment segment) throws IOException {
            return archive.nextSegment(segment);
          }

          @Override
          public Collection<TimelineHistory> histories() throws IOException {
            return archive.histories();
          }
        };
    return new ArchiveEnd(now, archive.cluster().segmentSize());
  }

  /** Judges by what an archive held. */
  public static ArchiveEnd from(WalInventory wal) {
    Holdings held =
        new Holdings() {
          @Override
          public Optional<WalSegment> next(WalSegment segment) {
            return wal.next(segment);
          }

          @Override
          public Collection<TimelineHistory> histories() {
            return wal.histories().values();
          }
        };
    return new ArchiveEnd(held, wal.cluster().segmentSize());
  }

  /**
   * What a server is stopped by where the WAL on a way ends, though it was told of no target
   * before; empty if that is the end of WAL to it.
   */
  public static Optional<String> hole(WalInventory wal, WalPath path, Continuous continuous)
      throws IOException {
    ArchiveEnd absence = from(wal);
    Optional<String> unfinished = absence.unfinished(path, continuous);
    if (unfinished.isPresent()) {
      return unfinished;
    }
    for (WalSegment segment : path.filesProbed(continuous)) {
      Optional<String> reason = absence.segment(segment, false);
      if (reason.isPresent()) {
        return Optional.of(segment + " is not archived, but " + reason.get());
      }
    }
    return Optional.empty();
  }

  /** Whether WAL ends within a segment, of which there was more. */
  public Optional<String> unfinished(WalPath path, Continuous continuous) throws IOException {
    if (size.floor(continuous.end()).equals(continuous.end())) {
      return Optional.empty();
    }
    WalSegment begun = path.segment(continuous.end());
    return explainRest(begun)
        .map(reason -> begun + " is archived in pieces, not all of it, but " + reason);
  }

  /** What in the archive says that the file should be there; empty if nothing does. */
  public Optional<String> explain(WalFileName name) throws IOException {
    if (name instanceof WalFileName.Segment segment) {
      return segment(segment.segment(size), false);
    }
    if (name instanceof WalFileName.History history) {
      return history(history.timeline());
    }
    return Optional.empty();
  }

  /** What says that there was more of a segment than its beginning, which is archived in pieces. */
  public Optional<String> explainRest(WalSegment segment) throws IOException {
    return segment(segment, true);
  }

  private Optional<String> segment(WalSegment segment, boolean begun) throws IOException {
    Optional<WalSegment> later = holdings.next(segment);
    if (later.isPresent()) {
      return Optional.of("the later " + later.get() + " is");
    }
    for (TimelineHistory history : holdings.histories()) {
      if (history.timeline().equals(segment.timeline())) {
        if (begun) {
          continue;
        }
        Optional<WalSegment> wrong = wrongTimelineSegment(history, segment);
        if (wrong.isPresent()) {
          return Optional.of(
              wrong.get()
                  + " is, and the server would take that, with what never happened on timeline "
                  + segment.timeline());
        }
      } else if (wentOn(history, segment)) {
        Lsn left = history.end(segment.timeline()).orElseThrow();
        return Optional.of(history.fileName() + " says that the timeline went on to " + left);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a history says that a segment was filled before its timeline was left. The segment in
   * which a timeline was left need not be archived under its name.
   */
  static boolean wentOn(TimelineHistory history, WalSegment segment) {
    return history.contains(segment.timeline())
        && history
            .end(segment.timeline())
            .filter(left -> !left.isBefore(segment.end()))
            .isPresent();
  }

  /** The file of an older timeline that PostgreSQL would open instead. */
  private Optional<WalSegment> wrongTimelineSegment(TimelineHistory history, WalSegment segment)
      throws IOException {
    if (segment.number() == 0) {
      return Optional.empty();
    }
    TimelineId before = history.timelineAt(segment.start().plus(-1));
    for (WalSegment file : new SegmentLookup(history, size).filesProbed(segment.number(), before)) {
      if (!file.equals(segment) && holds(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /** Whether the archive has any of a segment, be it pieces. */
  private boolean holds(WalSegment segment) throws IOException {
    return holdings
        .next(new WalSegment(segment.timeline(), segment.number() - 1, segment.size()))
        .equals(Optional.of(segment));
  }

  /** A timeline whose number is taken must not look free to a server that looks for a new one. */
  public Optional<String> history(TimelineId timeline) throws IOException {
    if (timeline.equals(TimelineId.FIRST)) {
      return Optional.empty();
    }
    Optional<WalSegment> taken = holdings.next(new WalSegment(timeline, 0, size));
    if (taken.isPresent()) {
      return Optional.of(taken.get() + " of that timeline is");
    }
    return holdings.histories().stream()
        .filter(history -> history.contains(timeline))
        .map(history -> history.fileName() + " says that there was such a timeline")
        .findFirst();
  }
}
