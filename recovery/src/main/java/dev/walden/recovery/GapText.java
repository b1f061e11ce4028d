package dev.walden.recovery;

import dev.walden.archive.RecordedGap;
import dev.walden.archive.WalPath.Reach;

/** What was noted about WAL that is missing, for people. */
final class GapText {
  private GapText() {}

  /** In parentheses, behind a space; empty if nothing was noted. */
  static String of(Reach reach) {
    return reach.recorded().map(gap -> " (" + of(gap) + ")").orElse("");
  }

  private static String of(RecordedGap gap) {
    return gap.reason() + gap.time().map(time -> ", recorded " + time).orElse("");
  }
}
