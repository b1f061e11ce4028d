package dev.walden.recovery;

import dev.walden.wal.TimelineId;

/** Along which timeline to recover. */
public sealed interface RecoveryTargetTimeline {

  /**
   * The timeline with the highest number that a base backup leads to. PostgreSQL's own {@code
   * latest} takes the highest number before the first gap among the history files, and fails later
   * if the backup does not lead there.
   */
  static RecoveryTargetTimeline latest() {
    return new Latest();
  }

  /** The timeline on which the base backup ended. */
  static RecoveryTargetTimeline current() {
    return new Current();
  }

  /** The timeline with this number. */
  static RecoveryTargetTimeline of(TimelineId timeline) {
    return new Number(timeline);
  }

  /** See {@link RecoveryTargetTimeline#latest}. */
  record Latest() implements RecoveryTargetTimeline {
    @Override
    public String toString() {
      return "the latest timeline";
    }
  }

  /** See {@link RecoveryTargetTimeline#current}. */
  record Current() implements RecoveryTargetTimeline {
    @Override
    public String toString() {
      return "the backup's own timeline";
    }
  }

  /** See {@link RecoveryTargetTimeline#of}. */
  @SuppressWarnings("JavaLangClash") // only used as RecoveryTargetTimeline.Number
  record Number(TimelineId timeline) implements RecoveryTargetTimeline {
    @Override
    public String toString() {
      return "timeline " + timeline;
    }
  }
}
