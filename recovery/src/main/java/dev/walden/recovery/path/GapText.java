package dev.walden.recovery.path;

import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.inventory.WalPath.Continuous;

/** What was noted about WAL that is missing, for people. */
public final class GapText {
  private GapText() {}

  /** In parentheses, behind a space; empty if nothing was noted. */
  public static String of(Continuous continuous) {
    return continuous.recorded().map(gap -> " (" + of(gap) + ")").orElse("");
  }

  private static String of(RecordedGap gap) {
    return gap.reason() + gap.time().map(time -> ", recorded " + time).orElse("");
  }
}
