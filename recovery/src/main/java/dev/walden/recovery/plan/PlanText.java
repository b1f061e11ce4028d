package dev.walden.recovery.plan;

import dev.walden.backup.BaseBackup;
import dev.walden.errors.Printable;
import dev.walden.json.JsonObject;
import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Immediate;
import dev.walden.recovery.RecoveryTarget.Latest;
import dev.walden.recovery.RecoveryTarget.Position;
import dev.walden.recovery.RecoveryTarget.Time;
import dev.walden.wal.TimelineHistory.Ancestor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A {@link RecoveryPlan} for people and for programs. */
final class PlanText {
  private final RecoveryPlan plan;

  PlanText(RecoveryPlan plan) {
    this.plan = plan;
  }

  String explain() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "Recover cluster %s (%s) to %s.",
        plan.cluster().systemIdentifier(),
        plan.cluster().version(),
        plan.target());
    line(text, "Timeline: %s%s.", plan.timeline(), ancestorText());
    BaseBackup backup = plan.backup();
    line(text, "Backup: %s, %s.", backup.id(), plan.backupReason());
    line(
        text,
        "  Replay starts at %s on timeline %s; consistent at %s on timeline %s.",
        backup.startLsn(),
        backup.startTimeline(),
        backup.endLsn(),
        backup.endTimeline());
    line(
        text,
        "  Made from %s to %s; %s to fetch, %s restored.",
        backup.startTime(),
        backup.endTime(),
        bytes(backup.storedBytes()),
        bytes(backup.plainBytes()));
    line(
        text, "WAL: %s, %s to fetch.", segments(plan.segmentCount()), bytes(plan.storedWalBytes()));
    for (PlannedWal wal : plan.wal()) {
      line(
          text,
          "  Timeline %s: %s to %s, %s, %s.",
          wal.range().timeline(),
          wal.first(),
          wal.last(),
          segments(wal.segmentCount()),
          bytes(wal.storedBytes()));
    }
    stop(text);
    line(text, "Then: %s.", then());
    plan.warnings().forEach(warning -> line(text, "Warning: %s.", warning));
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String segments(long count) {
    return count == 1 ? "1 segment" : count + " segments";
  }

  private static String bytes(long bytes) {
    return bytes < 10_000
        ? bytes + " bytes"
        : bytes < 10_000_000
            ? bytes / 1000 + " kB"
            : bytes < 10_000_000_000L ? bytes / 1_000_000 + " MB" : bytes / 1_000_000_000 + " GB";
  }

  private String ancestorText() {
    List<Ancestor> ancestors = plan.history().ancestors();
    return ancestors.isEmpty()
        ? ""
        : ancestors.stream()
            .map(a -> a.timeline() + " until " + a.switchPoint())
            .collect(Collectors.joining(", ", " (from ", ")"));
  }

  private void stop(StringBuilder text) {
    if (plan.stop().isEmpty()) {
      line(text, "Stop: %s.", unread());
      return;
    }
    RecoveryStopPoint stop = plan.stop().get();
    line(text, "Stop: %s.", place(stop));
    line(text, "  Last transaction kept: %s.", transaction(stop.last()));
    line(text, "  First transaction not kept: %s.", transaction(stop.next()));
    if (!stop.lost().isEmpty()) {
      line(text, "  Not kept, though earlier than asked for, since times are not in order:");
      stop.lost().forEach(lost -> line(text, "    %s.", lost));
    }
    stop.prepared()
        .forEach(
            p ->
                line(
                    text,
                    "  Remains prepared: transaction %d, \"%s\", at %s.",
                    p.xid(),
                    Printable.of(p.gid()),
                    p.time()));
    stop.logged()
        .ifPresent(logged -> line(text, "  The server will log: %s.", Printable.of(logged)));
  }

  private String place(RecoveryStopPoint stop) {
    if (stop.record().isEmpty()) {
      return plan.target() instanceof Immediate
          ? "at " + stop.lsn() + ", as soon as the backup is consistent"
          : "at " + stop.lsn() + ", the end of the archived WAL";
    }
    return String.format(
        "at %s, %s the record at %s",
        stop.lsn(), stop.replayed() ? "after" : "before", stop.record().get());
  }

  private static String transaction(Optional<EndedTransaction> transaction) {
    return transaction.map(EndedTransaction::toString).orElse("none in the archived WAL");
  }

  /** Where recovery will stop, if the planner read no WAL. */
  private String unread() {
    RecoveryTarget target = plan.target();
    if (target instanceof Latest) {
      return "after the last record of the archived WAL, before " + plan.walEnd();
    }
    if (target instanceof Immediate) {
      return "at " + plan.backup().endLsn() + ", as soon as the backup is consistent";
    }
    if (target instanceof Position) {
      return target + ", before or shortly after " + plan.walEnd();
    }
    return target
        + ", somewhere from "
        + plan.backup().endLsn()
        + " to "
        + plan.walEnd()
        + (target instanceof Time
            ? ". A later transaction must have ended in this WAL, or recovery fails: a time after"
                + " the last one is reached by asking for the latest state"
            : "");
  }

  private String then() {
    if (plan.target() instanceof Latest) {
      return "open for writing on a new timeline";
    }
    switch (plan.action()) {
      case PAUSE:
        return "wait, readable, for pg_wal_replay_resume(); or open for writing on a new timeline"
            + " if hot_standby is not active by then";
      case SHUTDOWN:
        return "shut down";
      default:
        return "open for writing on a new timeline";
    }
  }

  JsonObject toJson() {
    BaseBackup backup = plan.backup();
    JsonObject json =
        JsonObject.create()
            .with("cluster", plan.cluster().toJson())
            .with("target", plan.target().toString());
    plan.serverTarget()
        .setting()
        .ifPresent(
            setting ->
                json.with("targetSetting", setting.name()).with("targetValue", setting.value()));
    return json.with("inclusive", plan.serverTarget().inclusive())
        .with("action", plan.action().toString())
        .with("timeline", plan.timeline().value())
        .with("ancestors", ancestors())
        .with(
            "backup",
            JsonObject.create()
                .with("id", backup.id().text())
                .with("reason", plan.backupReason())
                .with("startLsn", backup.startLsn().toString())
                .with("startTimeline", backup.startTimeline().value())
                .with("endLsn", backup.endLsn().toString())
                .with("endTimeline", backup.endTimeline().value())
                .with("endTime", backup.endTime().toString())
                .with("storedBytes", backup.storedBytes())
                .with("plainBytes", backup.plainBytes()))
        .with("stop", plan.stop().map(RecoveryStopPoint::toJson).orElseGet(JsonObject::create))
        .with("wal", wal())
        .with("walEnd", plan.walEnd().toString())
        .with("segments", plan.segmentCount())
        .with("storedBytes", plan.storedBytes())
        .with("warnings", plan.warnings().stream().map(PlanText::warning).toList());
  }

  private static JsonObject warning(PlanWarning warning) {
    return JsonObject.create().with("kind", warning.kind().name()).with("text", warning.text());
  }

  private List<JsonObject> ancestors() {
    return plan.history().ancestors().stream()
        .map(
            ancestor ->
                JsonObject.create()
                    .with("timeline", ancestor.timeline().value())
                    .with("switchPoint", ancestor.switchPoint().toString()))
        .toList();
  }

  private List<JsonObject> wal() {
    List<JsonObject> all = new ArrayList<>();
    for (PlannedWal wal : plan.wal()) {
      all.add(
          JsonObject.create()
              .with("timeline", wal.range().timeline().value())
              .with("first", wal.first().toString())
              .with("last", wal.last().toString())
              .with("segments", wal.segmentCount())
              .with("storedBytes", wal.storedBytes()));
    }
    return all;
  }
}
