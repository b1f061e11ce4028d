package dev.walden.recovery.simulate;

import dev.walden.backup.BaseBackup;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.XlogBody.BackupEnd;
import dev.walden.wal.record.XlogBody.Checkpoint;
import java.io.IOException;
import java.util.Optional;

/**
 * What a server finds out before it replays.
 *
 * <p>Source: {@code InitWalRecovery} in {@code src/backend/access/transam/xlogrecovery.c}.
 */
final class Startup {
  /** An end-of-backup record, and the header of a page that may lie in it. */
  private static final int BACKUP_END_BYTES = 40 + 40;

  private final BaseBackup backup;
  private final TimelineHistory history;
  private final ServerWal wal;
  private final SegmentRequests segments;

  /** The backup's checkpoint, and where its record ends. */
  private record Located(Checkpoint checkpoint, Lsn end) {}

  /**
   * @param history of the target timeline
   */
  Startup(BaseBackup backup, TimelineHistory history, ServerWal wal, SegmentRequests segments) {
    this.backup = backup;
    this.history = history;
    this.wal = wal;
    this.segments = segments;
  }

  /** Where replay begins; empty if the server cannot read the backup's checkpoint. */
  Optional<ReplayStart> find() throws IOException {
    Optional<Located> checkpoint = checkpoint();
    return checkpoint.isPresent() ? Optional.of(from(checkpoint.get())) : Optional.empty();
  }

  /** A reader that stands before the first record to replay, or on the checkpoint before that. */
  WalReader reader(ReplayStart from) {
    segments.jump();
    if (from.afterCheckpoint()) {
      segments.goOn();
    }
    Lsn first = from.afterCheckpoint() ? from.checkpointEnd() : from.checkpoint().redo();
    return wal.reading().at(first).build();
  }

  /** Whether a reader stands where replay begins. */
  boolean hasRedo(ReplayStart from, WalReader reader) throws IOException {
    return from.afterCheckpoint()
        || wal.advance(reader) && reader.record().lsn().equals(from.checkpoint().redo());
  }

  private Optional<Located> checkpoint() throws IOException {
    segments.jump();
    Lsn location = backup.checkpointLsn();
    try (WalReader reader = wal.reading().at(location).build()) {
      if (!wal.advance(reader) || !reader.record().lsn().equals(location)) {
        return Optional.empty();
      }
      Lsn end = reader.record().endLsn();
      return reader
          .record()
          .body()
          .filter(Checkpoint.class::isInstance)
          .map(Checkpoint.class::cast)
          .map(found -> new Located(found, end));
    }
  }

  private ReplayStart from(Located checkpoint) throws IOException {
    return new ReplayStart(
        backup.cluster(),
        history,
        backup.checkpointLsn(),
        checkpoint.end(),
        checkpoint.checkpoint(),
        backup.endLsn(),
        backup.endTimeline(),
        !endsWithRecord(checkpoint.checkpoint().redo()));
  }

  /** Whether the backup's end is marked in the WAL, as it is unless a standby was backed up. */
  private boolean endsWithRecord(Lsn redo) throws IOException {
    Lsn end = backup.endLsn();
    Lsn near = new Lsn(Math.max(0, end.value() - BACKUP_END_BYTES));
    try (WalReader reader =
        wal.anyFile().from(near).timeline(backup.endTimeline()).until(end).build()) {
      RecordBody last = null;
      while (reader.next()) {
        last = reader.record().body().orElse(null);
      }
      boolean unknown = !reader.end().orElseThrow().lsn().equals(end);
      return unknown || last instanceof BackupEnd ended && ended.backupStart().equals(redo);
    }
  }

  /** Why the backup is not in the history of the target timeline. */
  Optional<String> refusal(ReplayStart from) {
    TimelineId timeline = backup.startTimeline();
    if (!history.timelineAt(backup.checkpointLsn()).equals(timeline)) {
      return Optional.of(
          history.contains(timeline)
              ? "requested timeline "
                  + history.timeline()
                  + " is not a child of this server's history"
              : "requested timeline " + timeline + " is not in this server's history");
    }
    Lsn minimum = backup.endLsn();
    if (from.ofStandby() && !history.timelineAt(minimum.plus(-1)).equals(backup.endTimeline())) {
      return Optional.of(
          String.format(
              "requested timeline %s does not contain minimum recovery point %s on timeline %s",
              history.timeline(), minimum, backup.endTimeline()));
    }
    return Optional.empty();
  }

  /** The server has no valid checkpoint record of the backup. */
  String noCheckpoint() {
    return "could not locate required checkpoint record" + at(backup.checkpointLsn());
  }

  /** The server has no valid WAL where replay would begin. */
  String noRedo(ReplayStart from) {
    return "could not find redo location"
        + (exactTexts() ? " " + from.checkpoint().redo() : "")
        + " referenced by checkpoint record"
        + at(backup.checkpointLsn());
  }

  /** From 17 on the messages tell the positions. */
  private boolean exactTexts() {
    return backup.cluster().version().major() >= 17;
  }

  private String at(Lsn lsn) {
    return exactTexts() ? " at " + lsn : "";
  }
}
