package dev.walden.recovery;

import dev.walden.wal.TimelineId;

/** Along which timeline to recover. */
public sealed interface TargetTimeline {

  /**
   * The timeline with the highest number that a base backup leads to. PostgreSQL's own {@code
   * latest} takes the highest number before the first gap among the history files, and fails later
   * if the backup does not lead there.
   */
  static TargetTimeline latest() {
    return new Latest();
  }

  /** The timeline on which the base backup ended. */
  static TargetTimeline current() {
    return new Current();
  }

  /** The timeline with this number. */
  static TargetTimeline of(TimelineId timeline) {
    return new Number(timeline);
  }

  /** See {@link TargetTimeline#latest}. */
  record Latest() implements TargetTimeline {
    @Override
    public String toString() {
      return "the latest timeline";
    }
  }

  /** See {@link TargetTimeline#current}. */
  record Current() implements TargetTimeline {
    @Override
    public String toString() {
      return "the backup's own timeline";
    }
  }

  /** See {@link TargetTimeline#of}. */
  record Number(TimelineId timeline) implements TargetTimeline {
    @Override
    public String toString() {
      return "timeline " + timeline;
    }
  }
}
