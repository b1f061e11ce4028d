package dev.walden.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.util.Arrays;
import java.util.Optional;

/**
 * The content of a backup's {@code backup_label}, which says where recovery must begin.
 *
 * <p>Source: {@code src/backend/access/transam/xlogbackup.c}, {@code read_backup_label} in {@code
 * xlogrecovery.c}.
 */
public final class BackupLabel {
  /** The name of the file in a data directory. */
  public static final String FILE_NAME = "backup_label";

  /** The longest file accepted, in bytes. */
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

  /** The start of the WAL whose changes an incremental backup holds. */
  public record IncrementalFrom(Lsn lsn, TimelineId timeline) {}

  private final BackupLabelLines lines;
  private final byte[] content;

  private BackupLabel(BackupLabelLines lines, byte[] content) {
    this.lines = lines;
    this.content = content;
  }

  /**
   * Reads the content of a {@code backup_label}. Accepts only what PostgreSQL 14 to 18 write; the
   * server's own reader is more lenient.
   *
   * @param file its name in error messages
   * @throws CorruptFileException if it is not a {@code backup_label}, or is longer than {@link
   *     #MAX_CONTENT}
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

  /** The start of the checkpoint record from which recovery begins. */
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

  /** The backup's label; empty if there is none. */
  public String label() {
    return lines.label();
  }

  /**
   * For an incremental backup, its starting point. PostgreSQL refuses to start on such a backup
   * until it has been combined with the earlier ones.
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
