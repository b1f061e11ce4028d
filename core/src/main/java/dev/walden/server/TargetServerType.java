package dev.walden.server;

import java.util.List;
import java.util.Locale;

/** The kind of server to connect to: PgJDBC's {@code targetServerType}. */
public enum TargetServerType {
  ANY,
  PRIMARY,
  SECONDARY,
  PREFERPRIMARY,
  PREFERSECONDARY;

  /**
   * Reads PgJDBC's names, including the old ones.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  static TargetServerType parse(String word) {
    switch (word.toLowerCase(Locale.ROOT)) {
      case "any":
        return ANY;
      case "primary", "master":
        return PRIMARY;
      case "secondary", "slave":
        return SECONDARY;
      case "preferprimary":
        return PREFERPRIMARY;
      case "prefersecondary", "preferslave":
        return PREFERSECONDARY;
      default:
        throw new IllegalArgumentException(
            "targetServerType must be any, primary, secondary, preferPrimary or preferSecondary,"
                + " not \""
                + word
                + '"');
    }
  }

  /** What to look for on all hosts, first and second. */
  public List<TargetServerType> inTurn() {
    return switch (this) {
      case PREFERPRIMARY -> List.of(PRIMARY, ANY);
      case PREFERSECONDARY -> List.of(SECONDARY, ANY);
      default -> List.of(this);
    };
  }

  /** Whether a server matches, given whether it is in recovery. */
  public boolean takes(boolean inRecovery) {
    return this == ANY || inRecovery == (this == SECONDARY);
  }
}
