package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.util.Arrays;
import java.util.Optional;

/**
 * The content of a backup's {@code backup_label}: where recovery of the backup must begin.
 *
 * <p>Source: {@code src/backend/access/transam/xlogbackup.c}, {@code read_backup_label} in {@code
 * xlogrecovery.c}.
 */
public final class BackupLabel {
  /** The name of the file in a data directory. */
  public static final String FILE_NAME = "backup_label";

  /** The longest file that is read, in bytes. */
  public static final int MAX_CONTENT = 16 << 10;

  /** How the backup was made. */
  public enum Method {
    /** By {@code BASE_BACKUP} or {@code pg_backup_start}: recovery needs the end of the backup. */
    STREAMED,
    /** By the exclusive {@code pg_start_backup} of PostgreSQL 14. */
    PG_START_BACKUP,
    /** By {@code pg_rewind}. */
    PG_REWIND
  }

  /** Which kind of server the backup was taken from. */
  public enum Origin {
    PRIMARY,
    STANDBY
  }

  /** Where the WAL begins of which an incremental backup holds the changes. */
  public record IncrementalFrom(Lsn lsn, TimelineId timeline) {}

  private final BackupLabelLines lines;
  private final byte[] content;

  private BackupLabel(BackupLabelLines lines, byte[] content) {
    this.lines = lines;
    this.content = content;
  }

  /**
   * Reads the content of a {@code backup_label}. Only what PostgreSQL 14 to 18 write is accepted;
   * the server's own reader overlooks more.
   *
   * @param file what it is from, for messages
   * @throws CorruptFileException if no server wrote this, or it is longer than {@link #MAX_CONTENT}
   */
  public static BackupLabel parse(String file, byte[] content) throws CorruptFileException {
    byte[] copy = content.clone();
    return new BackupLabel(new BackupLabelReader(file, copy).read(), copy);
  }

  /** The redo location, where recovery begins. */
  public Lsn startWalLocation() {
    return lines.start();
  }

  /** The WAL segment that holds {@link #startWalLocation}. */
  public WalFileName.Segment startWalFile() {
    return lines.segment();
  }

  /** The timeline on which recovery begins. */
  public TimelineId startTimeline() {
    return lines.segment().timeline();
  }

  /** Where the record of the backup's first checkpoint begins. */
  public Lsn checkpointLocation() {
    return lines.checkpoint();
  }

  public Method method() {
    return lines.method();
  }

  public Origin origin() {
    return lines.origin();
  }

  /**
   * When the backup began, as the server printed it: in its {@code log_timezone}, whose
   * abbreviation may mean several zones.
   */
  public String startTime() {
    return lines.startTime();
  }

  /** What the backup was called; empty if nothing is said. */
  public String label() {
    return lines.label();
  }

  /**
   * For an incremental backup, from where on. PostgreSQL refuses to start on such a backup before
   * it was combined with the earlier ones.
   */
  public Optional<IncrementalFrom> incrementalFrom() {
    return Optional.ofNullable(lines.incrementalFrom());
  }

  /** The file, byte for byte. */
  public byte[] content() {
    return content.clone();
  }

  /** Same file, byte for byte. */
  @Override
  public boolean equals(Object other) {
    return other instanceof BackupLabel that && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  /** The text of the file. */
  @Override
  public String toString() {
    return new String(content, UTF_8);
  }
}
