package dev.walden.recovery;

import java.util.Locale;

/**
 * What the server does when it has reached the target: {@code recovery_target_action}. Without a
 * target, that is, to the end of the WAL, it always promotes.
 *
 * <p>Walden's default is {@link #PROMOTE}, not PostgreSQL's {@code pause}: a pause becomes a
 * promotion anyway if no hot standby is active when the target is reached, and a shutdown if {@code
 * hot_standby} is off, so only the other two say what will happen.
 */
public enum RecoveryTargetAction {
  /**
   * Wait, readable, for {@code pg_wal_replay_resume()}; but promote if {@code hot_standby} is not
   * active yet.
   */
  PAUSE,
  /** Open for writing on a new timeline. */
  PROMOTE,
  /**
   * Stop the server, so that {@code pg_ctl start} reports a failure. Every later start stops again,
   * until the settings are changed.
   */
  SHUTDOWN;

  /** As {@code recovery_target_action} wants it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
