package dev.walden.wal;

import dev.walden.CorruptFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The ancestors of a timeline, and the switch point of each.
 *
 * <p>Switch points normally increase from the oldest ancestor on, but may decrease: PostgreSQL
 * writes the timeline that recovery targeted, which it need not have reached. Lookups then skip the
 * ancestors that hold no WAL, as PostgreSQL's do. For each timeline t of a history and each
 * position p, {@code timelineAt(p)} is t exactly if p is not before {@code begin(t)} and before
 * {@code end(t)}.
 *
 * <p>Source: {@code src/backend/access/transam/timeline.c}.
 */
public final class TimelineHistory {
  /** The longest history file accepted, in bytes. */
  public static final int MAX_CONTENT = 1 << 20;

  /**
   * One line of a history file.
   *
   * @param switchPoint where the file says that this timeline ended; the byte at this position no
   *     longer belongs to it
   * @param reason the server's free-text reason; may be empty
   */
  public record Ancestor(TimelineId timeline, Lsn switchPoint, String reason) {}

  private final TimelineId timeline;
  private final List<Ancestor> ancestors;
  private final byte[] content;

  private TimelineHistory(TimelineId timeline, List<Ancestor> ancestors, byte[] content) {
    this.timeline = timeline;
    this.ancestors = ancestors;
    this.content = content;
  }

  /** The history of timeline 1, which has no ancestors and no file. */
  public static TimelineHistory first() {
    return new TimelineHistory(TimelineId.FIRST, List.of(), new byte[0]);
  }

  /**
   * Reads the history file of a timeline by PostgreSQL's rules. Also rejects switch points of 0/0,
   * and files without an ancestor or without a final newline: PostgreSQL never writes such files,
   * but a torn copy may look like one.
   *
   * @throws CorruptFileException if the content is not a history of this timeline, or longer than
   *     {@link #MAX_CONTENT}
   */
  public static TimelineHistory parse(TimelineId timeline, byte[] content)
      throws CorruptFileException {
    byte[] copy = content.clone();
    List<Ancestor> ancestors = new TimelineHistoryReader(timeline, copy).ancestors();
    return new TimelineHistory(timeline, ancestors, copy);
  }

  /** The timeline whose history this is. */
  public TimelineId timeline() {
    return timeline;
  }

  /** The lines of the file, in its order: the oldest ancestor first. */
  public List<Ancestor> ancestors() {
    return ancestors;
  }

  /** The file, byte for byte; empty for timeline 1, which has none. */
  public byte[] content() {
    return content.clone();
  }

  /** The name of the file. */
  public WalFileName.History fileName() {
    return new WalFileName.History(timeline);
  }

  /** Whether a timeline is this one or one of its ancestors. */
  public boolean contains(TimelineId id) {
    return indexOf(id) >= 0;
  }

  /**
   * The timeline of this history whose WAL holds the byte at {@code lsn}. The byte at a switch
   * point is the child's.
   */
  public TimelineId timelineAt(Lsn lsn) {
    int holder = ancestors.size();
    while (holder > 0 && lsn.isBefore(ancestors.get(holder - 1).switchPoint())) {
      holder--;
    }
    return timeline(holder);
  }

  /**
   * The switch point of a timeline, as the file states it; empty for the history's own.
   *
   * @throws IllegalArgumentException if the history does not contain the timeline
   */
  public Optional<Lsn> switchPoint(TimelineId id) {
    return ancestors.stream().skip(require(id)).findFirst().map(Ancestor::switchPoint);
  }

  /**
   * The position after the last byte that belongs to a timeline: its switch point, or an earlier
   * switch point of a newer timeline. Empty for the history's own.
   *
   * @throws IllegalArgumentException if the history does not contain the timeline
   */
  public Optional<Lsn> end(TimelineId id) {
    return ancestors.stream().skip(require(id)).map(Ancestor::switchPoint).min(Lsn::compareTo);
  }

  /**
   * The position of the first byte that can belong to a timeline; empty for the oldest. At or after
   * {@link #end} if nothing belongs to the timeline.
   *
   * @throws IllegalArgumentException if the history does not contain the timeline
   */
  public Optional<Lsn> begin(TimelineId id) {
    int index = require(id);
    return index == 0 ? Optional.empty() : Optional.of(ancestors.get(index - 1).switchPoint());
  }

  /**
   * The timeline that the file names after this one; empty for the history's own.
   *
   * @throws IllegalArgumentException if the history does not contain the timeline
   */
  public Optional<TimelineId> child(TimelineId id) {
    int index = require(id);
    return index == ancestors.size() ? Optional.empty() : Optional.of(timeline(index + 1));
  }

  private TimelineId timeline(int index) {
    return index == ancestors.size() ? timeline : ancestors.get(index).timeline();
  }

  private int require(TimelineId id) {
    int index = indexOf(id);
    if (index < 0) {
      throw new IllegalArgumentException(
          "timeline " + id + " is not in the history of timeline " + timeline);
    }
    return index;
  }

  /** The index in file order, with this timeline last; negative if absent. */
  private int indexOf(TimelineId id) {
    for (int i = ancestors.size(); i >= 0; i--) {
      if (timeline(i).equals(id)) {
        return i;
      }
    }
    return -1;
  }

  /** Same timeline and same bytes: two promotions may give one number to different timelines. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TimelineHistory that
        && timeline.equals(that.timeline)
        && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return 31 * timeline.hashCode() + Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return fileName() + " " + ancestors;
  }
}
