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
import java.util.Optional;

/**
 * Judges files that an archive does not hold: does the archived WAL end there, or is it a hole?
 * Plans and {@code restore_command} use the same judgement, so that no plan leads to a place where
 * {@code restore_command} would stop the server.
 */
public record ArchiveEnd(ArchiveHoldings holdings, WalSegmentSize size) {

  /** What a missing file means. */
  public sealed interface Verdict {
    /** The hole, if it is one. */
    default Optional<Hole> hole() {
      return this instanceof Hole hole ? Optional.of(hole) : Optional.empty();
    }
  }

  /** Nothing in the archive says that there was more: a server may take this for the end of WAL. */
  public record EndOfWal() implements Verdict {}

  /**
   * The archive should hold the file, so a server must stop.
   *
   * @param beginning whether the archive holds the beginning of it, in pieces
   */
  public record Hole(WalFileName file, boolean beginning, Evidence evidence) implements Verdict {
    /** For people, as a clause. */
    public String text() {
      return file
          + (beginning ? " is only partly archived, but " : " is not archived, but ")
          + evidence.text();
    }
  }

  /** What says that the archive should hold more. */
  public sealed interface Evidence {
    /** For people, as a clause. */
    String text();
  }

  /** A later segment of the same timeline is archived. */
  public record LaterSegment(WalSegment later) implements Evidence {
    @Override
    public String text() {
      return "the later " + later + " is";
    }
  }

  /** The archive is encrypted, but this object is not, and so is not read. */
  public record NotEncrypted(String object) implements Evidence {
    @Override
    public String text() {
      return object + " is, which is not encrypted as the archive is";
    }
  }

  /** The file of an older timeline is archived, and a server would open it instead. */
  public record WrongTimeline(WalSegment older, TimelineId wanted) implements Evidence {
    @Override
    public String text() {
      return older
          + " is, and the server would open that instead and replay what never happened on timeline "
          + wanted;
    }
  }

  /** A history says that the timeline continued beyond the segment. */
  public record LaterSwitch(WalFileName.History history, Lsn switchPoint) implements Evidence {
    @Override
    public String text() {
      return history + " says that the timeline continued to " + switchPoint;
    }
  }

  /** A segment of a timeline is archived, but not the history of the timeline. */
  public record SegmentOfTimeline(WalSegment segment) implements Evidence {
    @Override
    public String text() {
      return segment + " of that timeline is";
    }
  }

  /** The history of a later timeline names one whose own history is missing. */
  public record NamedAsAncestor(WalFileName.History history) implements Evidence {
    @Override
    public String text() {
      return history + " says that there was such a timeline";
    }
  }

  /** Judges by what an archive holds whenever it is asked. */
  public static ArchiveEnd of(ArchiveStore archive) {
    return new ArchiveEnd(ArchiveHoldings.of(archive), archive.cluster().segmentSize());
  }

  /** Judges by what an archive held. */
  public static ArchiveEnd of(WalInventory wal) {
    return new ArchiveEnd(ArchiveHoldings.of(wal), wal.cluster().segmentSize());
  }

  /**
   * Why {@code restore_command} would fail where the WAL ends, instead of reporting the end of WAL.
   */
  public Verdict after(WalPath path, Continuous wal) throws IOException {
    Verdict begun = within(path, wal);
    if (begun instanceof Hole) {
      return begun;
    }
    for (WalSegment segment : path.filesProbed(wal)) {
      Verdict missing = segment(segment, false);
      if (missing instanceof Hole) {
        return missing;
      }
    }
    return new EndOfWal();
  }

  /** Judges WAL that ends within a segment; of other WAL it says that it ends. */
  public Verdict within(WalPath path, Continuous wal) throws IOException {
    return size.floor(wal.end()).equals(wal.end())
        ? new EndOfWal()
        : segment(path.segment(wal.end()), true);
  }

  /** Judges a file that the archive does not hold. */
  public Verdict missing(WalFileName name) throws IOException {
    if (name instanceof WalFileName.Segment segment) {
      return segment(segment.segment(size), false);
    }
    if (name instanceof WalFileName.History history) {
      return history(history);
    }
    return new EndOfWal();
  }

  /** Judges a segment of which the archive holds the beginning, in pieces. */
  public Verdict incomplete(WalSegment segment) throws IOException {
    return segment(segment, true);
  }

  private Verdict segment(WalSegment segment, boolean beginning) throws IOException {
    Optional<Evidence> evidence = evidence(segment, beginning);
    return evidence.isPresent()
        ? new Hole(segment.fileName(), beginning, evidence.get())
        : new EndOfWal();
  }

  private Optional<Evidence> evidence(WalSegment segment, boolean beginning) throws IOException {
    Optional<String> unencrypted = holdings.unencrypted(segment);
    if (unencrypted.isPresent()) {
      return Optional.of(new NotEncrypted(unencrypted.get()));
    }
    Optional<WalSegment> later = holdings.next(segment);
    if (later.isPresent()) {
      return Optional.of(new LaterSegment(later.get()));
    }
    for (TimelineHistory history : holdings.histories()) {
      Optional<Evidence> evidence =
          history.timeline().equals(segment.timeline())
              ? beginning ? Optional.empty() : wrongTimeline(history, segment)
              : laterSwitch(history, segment);
      if (evidence.isPresent()) {
        return evidence;
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a history says that a segment was filled before its timeline was left. The segment in
   * which a timeline was left need not be archived under its name.
   */
  private static Optional<Evidence> laterSwitch(TimelineHistory history, WalSegment segment) {
    return history.contains(segment.timeline())
        ? history
            .end(segment.timeline())
            .filter(left -> !left.isBefore(segment.end()))
            .map(left -> new LaterSwitch(history.fileName(), left))
        : Optional.empty();
  }

  private Optional<Evidence> wrongTimeline(TimelineHistory history, WalSegment segment)
      throws IOException {
    if (segment.number() == 0) {
      return Optional.empty();
    }
    TimelineId before = history.timelineAt(segment.start().plus(-1));
    for (WalSegment file : new SegmentLookup(history, size).filesProbed(segment.number(), before)) {
      if (!file.equals(segment) && holdings.holds(file)) {
        return Optional.of(new WrongTimeline(file, segment.timeline()));
      }
    }
    return Optional.empty();
  }

  /** A timeline whose number is taken must not look free to a server that looks for a new one. */
  private Verdict history(WalFileName.History name) throws IOException {
    TimelineId timeline = name.timeline();
    if (timeline.equals(TimelineId.FIRST)) {
      return new EndOfWal();
    }
    Optional<WalSegment> taken = holdings.next(new WalSegment(timeline, 0, size));
    if (taken.isPresent()) {
      return new Hole(name, false, new SegmentOfTimeline(taken.get()));
    }
    for (TimelineHistory history : holdings.histories()) {
      if (history.contains(timeline)) {
        return new Hole(name, false, new NamedAsAncestor(history.fileName()));
      }
    }
    return new EndOfWal();
  }
}
