package dev.walden.recovery;

import dev.walden.wal.Lsn;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;

/** Reads the text form of a {@link RecoveryTarget}. */
final class TargetText {
  private static final Pattern XID = Pattern.compile("[0-9]{1,19}");
  private static final Pattern LOCAL_TIME =
      Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.,]*)?");

  private TargetText() {}

  static RecoveryTarget parse(String text) {
    if (text.equals("latest")) {
      return RecoveryTarget.latest();
    }
    if (text.equals("immediate")) {
      return RecoveryTarget.immediate();
    }
    if (text.startsWith("name:")) {
      return RecoveryTarget.name(text.substring("name:".length()));
    }
    if (text.startsWith("before-lsn:")) {
      return RecoveryTarget.beforeLsn(Lsn.parse(text.substring("before-lsn:".length())));
    }
    if (text.startsWith("before-xid:")) {
      return RecoveryTarget.beforeTransaction(xid(text.substring("before-xid:".length())));
    }
    if (text.startsWith("before-time:")) {
      return RecoveryTarget.beforeTime(time(text.substring("before-time:".length())));
    }
    if (text.startsWith("lsn:")) {
      return RecoveryTarget.lsn(Lsn.parse(text.substring("lsn:".length())));
    }
    if (text.startsWith("xid:")) {
      return RecoveryTarget.transaction(xid(text.substring("xid:".length())));
    }
    return RecoveryTarget.time(time(text));
  }

  /** What is read as the target again. */
  static String of(RecoveryTarget target) {
    String before = target.inclusive() ? "" : "before-";
    if (target instanceof RecoveryTarget.Latest) {
      return "latest";
    }
    if (target instanceof RecoveryTarget.Immediate) {
      return "immediate";
    }
    if (target instanceof RecoveryTarget.RestorePoint point) {
      return "name:" + point.name();
    }
    if (target instanceof RecoveryTarget.Position position) {
      return before + "lsn:" + position.lsn();
    }
    if (target instanceof RecoveryTarget.Transaction transaction) {
      return before + "xid:" + transaction.xid();
    }
    RecoveryTarget.Time time = (RecoveryTarget.Time) target;
    return (time.inclusive() ? "" : "before-time:") + time.time();
  }

  private static long xid(String text) {
    if (!XID.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "not a transaction ID: \"" + text + "\" (a decimal number)");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a transaction ID: \"" + text + "\" (too large)", e);
    }
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text.replaceFirst(" ", "T")).toInstant();
    } catch (DateTimeException e) {
      String problem =
          LOCAL_TIME.matcher(text).matches()
              ? "the time \"" + text + "\" does not say its offset from UTC"
              : "not a recovery target: \"" + text + '"';
      throw new IllegalArgumentException(
          problem
              + "; write latest, immediate, xid:727, lsn:0/3000060, name:…, or a time with its"
              + " offset such as 2026-11-22T10:00:00Z or 2026-11-22T12:00:00+02:00",
          e);
    }
  }
}
