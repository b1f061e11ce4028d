package dev.walden.cluster;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The content of {@code global/pg_control} of a cluster of PostgreSQL 14 to 18: immutable, checked
 * as a whole when read.
 *
 * <p>Source: {@code src/include/catalog/pg_control.h}, {@code src/common/controldata_utils.c}.
 */
public final class ControlFile {
  /** The length of the file, in bytes. */
  public static final int SIZE = 8192;

  /** The cluster's state when the file was written, in the order of the stored numbers. */
  public enum State {
    STARTING_UP,
    SHUT_DOWN,
    SHUT_DOWN_IN_RECOVERY,
    SHUTTING_DOWN,
    IN_CRASH_RECOVERY,
    IN_ARCHIVE_RECOVERY,
    IN_PRODUCTION
  }

  /** {@code wal_level}, in the order of the stored numbers. */
  public enum WalLevel {
    MINIMAL,
    REPLICA,
    LOGICAL
  }

  /**
   * The latest checkpoint.
   *
   * @param location where its record begins
   * @param redo where recovery from it begins
   * @param nextXid the next transaction ID, with the epoch in its upper 32 bits
   */
  public record Checkpoint(
      Lsn location,
      Lsn redo,
      TimelineId timeline,
      TimelineId previousTimeline,
      long nextXid,
      Instant time) {}

  /** Settings recorded in WAL, among them those that a standby must not have lower. */
  public record Settings(
      WalLevel walLevel,
      boolean walLogHints,
      int maxConnections,
      int maxWorkerProcesses,
      int maxWalSenders,
      int maxPreparedTransactions,
      int maxLocksPerTransaction,
      boolean trackCommitTimestamp) {}

  private final PgVersion version;
  private final ByteBuffer bytes;

  private ControlFile(PgVersion version, ByteBuffer bytes) {
    this.version = version;
    this.bytes = bytes;
  }

  /**
   * Reads the content of a {@code pg_control}.
   *
   * @param file its name in error messages
   * @throws CorruptFileException if it is not a {@code pg_control}, or is torn or damaged
   * @throws UnsupportedFormatException if it is from another version than 14 to 18, a big-endian
   *     server, or one built with another WAL page size
   */
  public static ControlFile parse(String file, byte[] content)
      throws CorruptFileException, UnsupportedFormatException {
    ByteBuffer bytes = ByteBuffer.wrap(content.clone()).order(ByteOrder.LITTLE_ENDIAN);
    return new ControlFile(new ControlFileCheck(file, bytes).version(), bytes);
  }

  /**
   * Reads the {@code pg_control} of a data directory whose server may be running: a torn read is
   * retried for about a tenth of a second.
   *
   * @throws java.nio.file.NoSuchFileException if the file does not exist
   * @throws CorruptFileException as {@link #parse}
   * @throws UnsupportedFormatException as {@link #parse}
   */
  public static ControlFile read(Path dataDirectory) throws IOException {
    return ControlFileRead.of(dataDirectory.resolve("global").resolve("pg_control"));
  }

  public SystemIdentifier systemIdentifier() {
    return new SystemIdentifier(bytes.getLong(0));
  }

  public PgVersion version() {
    return version;
  }

  /** What the cluster's WAL and backups must match. */
  public ClusterIdentity identity() {
    return new ClusterIdentity(systemIdentifier(), segmentSize(), version);
  }

  public State state() {
    return State.values()[bytes.getInt(ControlFileCheck.STATE)];
  }

  /** When the file was last written, in whole seconds. */
  public Instant time() {
    return Instant.ofEpochSecond(bytes.getLong(ControlFileCheck.TIME));
  }

  public Checkpoint checkpoint() {
    return new Checkpoint(
        lsn(32),
        lsn(40),
        new TimelineId(unsigned(ControlFileCheck.TIMELINE)),
        new TimelineId(unsigned(ControlFileCheck.PREVIOUS_TIMELINE)),
        bytes.getLong(64),
        Instant.ofEpochSecond(bytes.getLong(ControlFileCheck.CHECKPOINT_TIME)));
  }

  /** How far recovery must go at least; {@link Lsn#ZERO} if no recovery is needed. */
  public Lsn minRecoveryPoint() {
    return lsn(136);
  }

  /** The timeline of {@link #minRecoveryPoint}, if there is one. */
  public Optional<TimelineId> minRecoveryPointTimeline() {
    long timeline = unsigned(144);
    return timeline == 0 ? Optional.empty() : Optional.of(new TimelineId(timeline));
  }

  /** The start of the backup being recovered; {@link Lsn#ZERO} if none is. */
  public Lsn backupStart() {
    return lsn(152);
  }

  /** The end of the standby's backup being recovered; {@link Lsn#ZERO} if none is. */
  public Lsn backupEnd() {
    return lsn(160);
  }

  /** Whether recovery must reach the end-of-backup record. */
  public boolean backupEndRequired() {
    return bytes.get(168) != 0;
  }

  public Settings settings() {
    return new Settings(
        WalLevel.values()[bytes.getInt(ControlFileCheck.WAL_LEVEL)],
        bytes.get(176) != 0,
        bytes.getInt(180),
        bytes.getInt(184),
        bytes.getInt(188),
        bytes.getInt(192),
        bytes.getInt(196),
        bytes.get(200) != 0);
  }

  /** The size of the pages of tables and indexes, in bytes. */
  public int blockSize() {
    return bytes.getInt(ControlFileCheck.BLOCK_SIZE);
  }

  /** The number of pages in each file of a large table. */
  public long blocksPerRelationFile() {
    return unsigned(220);
  }

  public WalSegmentSize segmentSize() {
    return new WalSegmentSize(bytes.getInt(ControlFileCheck.SEGMENT_SIZE));
  }

  /** Whether the pages of tables and indexes have checksums. */
  public boolean dataChecksums() {
    return bytes.getInt(252) != 0;
  }

  private Lsn lsn(int offset) {
    return new Lsn(bytes.getLong(offset));
  }

  private long unsigned(int offset) {
    return bytes.getInt(offset) & 0xFFFFFFFFL;
  }

  /** The file, byte for byte. */
  public byte[] content() {
    return bytes.array().clone();
  }

  /** Same content, byte for byte. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ControlFile that && bytes.equals(that.bytes);
  }

  @Override
  public int hashCode() {
    return bytes.hashCode();
  }

  @Override
  public String toString() {
    return "pg_control of " + version + " cluster " + systemIdentifier() + ", " + state();
  }
}
