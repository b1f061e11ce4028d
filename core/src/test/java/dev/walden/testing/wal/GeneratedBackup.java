package dev.walden.testing.wal;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupLabel;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A base backup of generated WAL: begun by {@link GeneratedWal#startBackup}, ended by {@link #end},
 * added to archives by {@link #into}. It holds the minimum of a data directory and the files that
 * the test adds, but no catalogs: a server can start recovery from it, but get no further.
 */
public final class GeneratedBackup {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  private final GeneratedWal wal;
  private final TimelineId timeline;
  private final Instant startTime;
  private final Lsn redo;
  private final Lsn checkpoint;
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private GeneratedRecord end;
  private Instant endTime;

  private GeneratedBackup(GeneratedWal wal, Instant time, Lsn redo, Lsn checkpoint) {
    this.wal = wal;
    this.timeline = wal.timeline();
    this.startTime = time;
    this.redo = redo;
    this.checkpoint = checkpoint;
  }

  static GeneratedBackup start(GeneratedWal wal, Instant time) {
    Lsn redo = wal.beginCheckpoint();
    byte[] body = wal.state().checkpoint(false, redo, wal.timeline(), wal.timeline(), time);
    Lsn checkpoint = wal.completeCheckpoint(redo, time).lsn();
    GeneratedBackup backup = new GeneratedBackup(wal, time, redo, checkpoint);
    backup
        .with(BackupLabel.FILE_NAME, backup.labelText())
        .with("tablespace_map", "")
        .with("PG_VERSION", wal.cluster().version().major() + "\n")
        .with("postgresql.conf", "")
        .with("pg_hba.conf", "local all all reject\n")
        .with("pg_ident.conf", "");
    backup.with(
        "global/pg_control",
        GeneratedControlFile.bytes(wal.cluster(), checkpoint, body, wal.state().settings(), time));
    return backup;
  }

  private String labelText() {
    return "START WAL LOCATION: "
        + redo
        + " (file "
        + WalSegment.containing(timeline, redo, wal.cluster().segmentSize())
        + ")\nCHECKPOINT LOCATION: "
        + checkpoint
        + "\nBACKUP METHOD: streamed\nBACKUP FROM: primary\nSTART TIME: "
        + TIME.format(startTime)
        + "\nLABEL: generated\nSTART TIMELINE: "
        + timeline
        + "\n";
  }

  /** Adds a file, or replaces one, at a path below the data directory. */
  public GeneratedBackup with(String path, byte[] content) {
    files.put(path, content.clone());
    return this;
  }

  private GeneratedBackup with(String path, String content) {
    return with(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** The {@code backup_label}. */
  public BackupLabel label() throws IOException {
    return BackupLabel.parse(BackupLabel.FILE_NAME, files.get(BackupLabel.FILE_NAME));
  }

  /** Ends the backup like a server: with its record, and a new segment. */
  public GeneratedBackup end(Instant time) {
    if (end != null) {
      throw new IllegalStateException("the backup ended at " + end.endLsn());
    }
    end = wal.endBackup(redo);
    endTime = time;
    return this;
  }

  /** Where the backup becomes consistent. */
  public Lsn endLsn() {
    if (end == null) {
      throw new IllegalStateException("the backup has not ended");
    }
    return end.endLsn();
  }

  /**
   * Adds the backup to an archive. The caller decides whether to archive its WAL: {@link
   * GeneratedWal#archiveInto}.
   */
  public BaseBackup into(ArchiveStore archive) throws IOException {
    if (!archive.cluster().equals(wal.cluster())) {
      throw new IllegalArgumentException(archive + " does not belong to the cluster of " + wal);
    }
    WalRange range = new WalRange(timeline, redo, endLsn());
    return new BackupFilesWriter(archive, files, startTime).write(range, checkpoint, endTime);
  }
}
