package dev.walden.testing.wal;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A timeline that branches off another; {@link #promoted} or {@link #recovered} begins it. The
 * parent can be continued, and forked again.
 *
 * <p>Source: {@code StartupXLOG} in {@code src/backend/access/transam/xlog.c}, {@code
 * writeTimeLineHistory} in {@code src/backend/access/transam/timeline.c}.
 */
public final class Fork {
  private final GeneratedWal parent;
  private GeneratedRecord last;
  private TimelineId timeline;
  private String reason = "no recovery target specified";

  Fork(GeneratedWal parent) {
    this.parent = parent;
    this.last = parent.lastRecord();
    this.timeline = new TimelineId(parent.timeline().value() + 1);
  }

  /**
   * Branches off after this record of the parent.
   *
   * @throws IllegalArgumentException if it belongs to another timeline
   */
  public Fork after(GeneratedRecord record) {
    if (!record.timeline().equals(parent.timeline())) {
      throw new IllegalArgumentException(
          record + " does not belong to" + " timeline " + parent.timeline());
    }
    last = record;
    return this;
  }

  /** The number of the new timeline; by default the next one after its parent's. */
  public Fork timeline(TimelineId child) {
    if (child.compareTo(parent.timeline()) <= 0) {
      throw new IllegalArgumentException(
          "timeline " + child + " cannot branch off " + parent.timeline());
    }
    timeline = child;
    return this;
  }

  /** The reason in the history file: {@code before transaction 731}. */
  public Fork reason(String text) {
    reason = text;
    return this;
  }

  /** Begins the timeline like a promoted standby, with END_OF_RECOVERY. */
  public GeneratedWal promoted(Instant time) {
    GeneratedWal child = child();
    child.endOfRecovery(parent.timeline(), time);
    return child;
  }

  /** Begins it like a recovery that ended or reached its target, with a shutdown checkpoint. */
  public GeneratedWal recovered(Instant time) {
    GeneratedWal child = child();
    child.shutdownCheckpoint(parent.timeline(), time);
    return child;
  }

  private GeneratedWal child() {
    return new GeneratedWal(
        parent.cluster(),
        history(last.endLsn()),
        parent,
        parent.pages().fork(timeline, last),
        parent.stateAfter(last));
  }

  private TimelineHistory history(Lsn switchPoint) {
    String before = new String(parent.history().content(), StandardCharsets.UTF_8);
    String line = parent.timeline() + "\t" + switchPoint + "\t" + reason + "\n";
    String content = before.isEmpty() ? line : before + "\n" + line;
    try {
      return TimelineHistory.parse(timeline, content.getBytes(StandardCharsets.UTF_8));
    } catch (CorruptFileException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
