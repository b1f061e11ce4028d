package dev.walden.recovery;

import dev.walden.archive.ArchiveStore;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineHistory.Ancestor;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Judges a file that an archive does not hold: does the archived WAL end here, or is it a hole? */
final class Absence {
  private final ArchiveStore archive;
  private final WalFileName name;

  Absence(ArchiveStore archive, WalFileName name) {
    this.archive = archive;
    this.name = name;
  }

  /** What in the archive says that the file should be there; empty if nothing does. */
  Optional<String> explain() throws IOException {
    if (archive.contains(name)) {
      return Optional.of("it has appeared just now");
    }
    if (name instanceof WalFileName.Segment segment) {
      return segment(segment.segment(archive.cluster().segmentSize()), false);
    }
    if (name instanceof WalFileName.History history) {
      return history(history.timeline());
    }
    return Optional.empty();
  }

  /** What says that there was more of a segment than its beginning, which is archived in pieces. */
  Optional<String> explainRest() throws IOException {
    if (archive.contains(name)) {
      return Optional.of("it has been completed just now");
    }
    return segment(((WalFileName.Segment) name).segment(archive.cluster().segmentSize()), true);
  }

  private Optional<String> segment(WalSegment segment, boolean begun) throws IOException {
    Optional<WalSegment> later = archive.nextSegment(segment);
    if (later.isPresent()) {
      return Optional.of("the later " + later.get() + " is");
    }
    for (TimelineHistory history : archive.histories()) {
      if (history.timeline().equals(segment.timeline())) {
        if (begun) {
          continue;
        }
        Optional<WalSegment> impostor = impostor(history, segment);
        if (impostor.isPresent()) {
          return Optional.of(
              impostor.get()
                  + " is, and the server would take that, with what never happened on timeline "
                  + segment.timeline());
        }
      } else if (history.contains(segment.timeline())) {
        Lsn left = history.end(segment.timeline()).orElseThrow();
        // the segment in which a timeline was left need not be archived under its name
        if (!left.isBefore(segment.end())) {
          return Optional.of(history.fileName() + " says that the timeline went on to " + left);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The file of an ancestor that PostgreSQL would take instead: not of one that begins later, nor
   * of one older than that of the segment before, which it has read. Thus {@code
   * XLogFileReadAnyTLI} in {@code src/backend/access/transam/xlogrecovery.c}.
   */
  private Optional<WalSegment> impostor(TimelineHistory history, WalSegment segment)
      throws IOException {
    if (segment.number() == 0) {
      return Optional.empty();
    }
    TimelineId lowest = history.timelineAt(segment.start().plus(-1));
    List<Ancestor> ancestors = history.ancestors();
    for (int i = ancestors.size() - 1; i >= 0; i--) {
      TimelineId ancestor = ancestors.get(i).timeline();
      boolean later =
          history.begin(ancestor).filter(begin -> !begin.isBefore(segment.end())).isPresent();
      WalSegment older = new WalSegment(ancestor, segment.number(), segment.size());
      if (ancestor.compareTo(lowest) >= 0 && !later && holds(older)) {
        return Optional.of(older);
      }
    }
    return Optional.empty();
  }

  /** Whether the archive has any of a segment, be it pieces. */
  private boolean holds(WalSegment segment) throws IOException {
    return archive.contains(segment.fileName())
        || segment.number() > 0
            && archive
                .nextSegment(
                    new WalSegment(segment.timeline(), segment.number() - 1, segment.size()))
                .equals(Optional.of(segment));
  }

  /** A timeline whose number is taken must not look free to a server that looks for a new one. */
  private Optional<String> history(TimelineId timeline) throws IOException {
    if (timeline.equals(TimelineId.FIRST)) {
      return Optional.empty();
    }
    WalSegment first = new WalSegment(timeline, 0, archive.cluster().segmentSize());
    Optional<WalSegment> taken = archive.nextSegment(first);
    if (taken.isPresent()) {
      return Optional.of(taken.get() + " of that timeline is");
    }
    return archive.histories().stream()
        .filter(history -> history.contains(timeline))
        .map(history -> history.fileName() + " says that there was such a timeline")
        .findFirst();
  }
}
