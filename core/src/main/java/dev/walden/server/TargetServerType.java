package dev.walden.server;

import java.util.List;
import java.util.Locale;

/** Which servers of several may be used: PgJDBC's {@code targetServerType}. */
public enum TargetServerType {
  ANY,
  PRIMARY,
  SECONDARY,
  PREFERPRIMARY,
  PREFERSECONDARY;

  /**
   * Reads PgJDBC's word for it, also its old ones.
   *
   * @throws IllegalArgumentException if it is none
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
            "targetServerType is one of any, primary, secondary, preferPrimary and preferSecondary,"
                + " not \""
                + word
                + '"');
    }
  }

  /** What to look for on all hosts first, and what then. */
  public List<TargetServerType> inTurn() {
    return switch (this) {
      case PREFERPRIMARY -> List.of(PRIMARY, ANY);
      case PREFERSECONDARY -> List.of(SECONDARY, ANY);
      default -> List.of(this);
    };
  }

  /** Whether a server that is in recovery, or is not, is what is looked for. */
  public boolean takes(boolean inRecovery) {
    return this == ANY || inRecovery == (this == SECONDARY);
  }
}
