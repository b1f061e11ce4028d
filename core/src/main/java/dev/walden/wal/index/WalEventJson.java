package dev.walden.wal.index;

import dev.walden.CorruptFileException;
import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.json.JsonObject;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.record.RelFileLocator;
import dev.walden.wal.record.XlogBody;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Events as JSON. */
final class WalEventJson {
  private WalEventJson() {}

  static JsonObject object(WalEvent event) {
    if (event instanceof WalEvent.RestorePoint e) {
      return begin("restorePoint", e).with("time", e.time().toString()).with("name", e.name());
    }
    if (event instanceof WalEvent.TimelineSwitch e) {
      JsonObject json =
          begin("timelineSwitch", e)
              .with("timeline", e.timeline().value())
              .with("previousTimeline", e.previousTimeline().value());
      e.walLevel().ifPresent(level -> json.with("walLevel", level.name()));
      return json;
    }
    if (event instanceof WalEvent.Checkpoint e) {
      JsonObject json =
          begin("checkpoint", e)
              .with("shutdown", e.shutdown())
              .with("redo", e.redo().toString())
              .with("timeline", e.timeline().value())
              .with("nextXid", Long.toUnsignedString(e.nextXid()))
              .with("time", e.time().toString());
      e.walLevel().ifPresent(level -> json.with("walLevel", level.name()));
      return json;
    }
    if (event instanceof WalEvent.ParameterChange e) {
      return parameters(begin("parameterChange", e), e.parameters());
    }
    if (event instanceof WalEvent.BackupEnd e) {
      return begin("backupEnd", e).with("backupStart", e.backupStart().toString());
    }
    if (event instanceof WalEvent.FilesDropped e) {
      return begin("filesDropped", e)
          .with("xid", e.xid())
          .with("time", e.time().toString())
          .with("database", e.database())
          .with("subtransactions", e.subtransactions())
          .with("files", e.files().stream().map(RelFileLocator::toString).toList())
          .with("replaced", e.replaced());
    }
    if (event instanceof WalEvent.DatabaseDropped e) {
      return begin("databaseDropped", e)
          .with("xid", e.xid())
          .with("database", e.database())
          .with("tablespaces", e.tablespaces());
    }
    if (event instanceof WalEvent.TablespaceDropped e) {
      return begin("tablespaceDropped", e).with("xid", e.xid()).with("tablespace", e.tablespace());
    }
    if (event instanceof WalEvent.PreparedEnd e) {
      return begin("preparedEnd", e)
          .with("xid", e.xid())
          .with("time", e.time().toString())
          .with("committed", e.committed());
    }
    WalEvent.Prepared e = (WalEvent.Prepared) event;
    return begin("prepared", e)
        .with("xid", e.xid())
        .with("time", e.time().toString())
        .with("database", e.database())
        .with("gid", e.gid());
  }

  private static JsonObject begin(String kind, WalEvent event) {
    return JsonObject.create()
        .with("event", kind)
        .with("lsn", event.lsn().toString())
        .with("endLsn", event.endLsn().toString());
  }

  private static JsonObject parameters(JsonObject json, XlogBody.ParameterChange p) {
    return json.with("maxConnections", Integer.toString(p.maxConnections()))
        .with("maxWorkerProcesses", Integer.toString(p.maxWorkerProcesses()))
        .with("maxWalSenders", Integer.toString(p.maxWalSenders()))
        .with("maxPreparedTransactions", Integer.toString(p.maxPreparedTransactions()))
        .with("maxLocksPerTransaction", Integer.toString(p.maxLocksPerTransaction()))
        .with("walLevel", p.walLevel().name())
        .with("walLogHints", p.walLogHints())
        .with("trackCommitTimestamp", p.trackCommitTimestamp());
  }

  static WalEvent event(JsonObject json) throws CorruptFileException {
    Lsn lsn = json.value("lsn", Lsn::parse);
    Lsn end = json.value("endLsn", Lsn::parse);
    return switch (json.text("event")) {
      case "restorePoint" -> new WalEvent.RestorePoint(lsn, end, time(json), json.text("name"));
      case "timelineSwitch" ->
          new WalEvent.TimelineSwitch(
              lsn,
              end,
              json.number("timeline", TimelineId::new),
              json.number("previousTimeline", TimelineId::new),
              walLevel(json));
      case "checkpoint" ->
          new WalEvent.Checkpoint(
              lsn,
              end,
              json.truth("shutdown"),
              json.value("redo", Lsn::parse),
              json.number("timeline", TimelineId::new),
              json.value("nextXid", Long::parseUnsignedLong),
              time(json),
              walLevel(json));
      case "parameterChange" -> new WalEvent.ParameterChange(lsn, end, parameters(json));
      case "backupEnd" -> new WalEvent.BackupEnd(lsn, end, json.value("backupStart", Lsn::parse));
      case "filesDropped" ->
          new WalEvent.FilesDropped(
              lsn,
              end,
              json.number("xid"),
              time(json),
              json.number("database"),
              json.numbers("subtransactions"),
              files(json),
              json.truth("replaced"));
      case "databaseDropped" ->
          new WalEvent.DatabaseDropped(
              lsn, end, json.number("xid"), json.number("database"), json.numbers("tablespaces"));
      case "tablespaceDropped" ->
          new WalEvent.TablespaceDropped(lsn, end, json.number("xid"), json.number("tablespace"));
      case "preparedEnd" ->
          new WalEvent.PreparedEnd(
              lsn, end, json.number("xid"), time(json), json.truth("committed"));
      case "prepared" ->
          new WalEvent.Prepared(
              lsn, end, json.number("xid"), time(json), json.number("database"), json.text("gid"));
      default ->
          json.value(
              "event",
              kind -> {
                throw new IllegalArgumentException("unknown event: " + kind);
              });
    };
  }

  private static Instant time(JsonObject json) throws CorruptFileException {
    return json.value("time", Instant::parse);
  }

  private static Optional<WalLevel> walLevel(JsonObject json) throws CorruptFileException {
    return json.optionalText("walLevel").isPresent()
        ? Optional.of(json.value("walLevel", WalLevel::valueOf))
        : Optional.empty();
  }

  private static XlogBody.ParameterChange parameters(JsonObject json) throws CorruptFileException {
    return new XlogBody.ParameterChange(
        json.value("maxConnections", Integer::parseInt),
        json.value("maxWorkerProcesses", Integer::parseInt),
        json.value("maxWalSenders", Integer::parseInt),
        json.value("maxPreparedTransactions", Integer::parseInt),
        json.value("maxLocksPerTransaction", Integer::parseInt),
        json.value("walLevel", WalLevel::valueOf),
        json.truth("walLogHints"),
        json.truth("trackCommitTimestamp"));
  }

  private static List<RelFileLocator> files(JsonObject json) throws CorruptFileException {
    List<RelFileLocator> files = new ArrayList<>();
    for (String text : json.texts("files")) {
      files.add(json.value("event", kind -> locator(text)));
    }
    return files;
  }

  private static RelFileLocator locator(String text) {
    String[] numbers = text.split("/", -1);
    if (numbers.length != 3) {
      throw new IllegalArgumentException("not tablespace/database/relation: " + text);
    }
    return new RelFileLocator(
        Integer.toUnsignedLong(Integer.parseUnsignedInt(numbers[0])),
        Integer.toUnsignedLong(Integer.parseUnsignedInt(numbers[1])),
        Integer.toUnsignedLong(Integer.parseUnsignedInt(numbers[2])));
  }
}
