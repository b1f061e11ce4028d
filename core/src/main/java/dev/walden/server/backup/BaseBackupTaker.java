package dev.walden.server.backup;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.ObjectDigest;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.receive.WalReceiver;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * Takes full base backups over the replication protocol. What the server sends is repacked into
 * parts, compressed, encrypted and stored while it arrives, in memory that does not grow with the
 * cluster; every file's digest is compared with the server's manifest. The backup exists once all
 * WAL it needs is in the archive, too, so something must archive meanwhile: a {@link WalReceiver},
 * or the server's {@code archive_command}.
 *
 * <p>A backup that fails, or is interrupted at any point, leaves nothing that looks like one.
 * Immutable; each method gives a changed copy. One instance may take many backups.
 */
public final class BaseBackupTaker {
  final ServerAddress server;
  final ArchiveStore archive;
  final String label;
  final boolean fastCheckpoint;
  final BackupChecksum.Algorithm checksums;
  final ObjectDigest.Algorithm partDigest;
  final OptionalInt maxRateKilobytes;
  final long partSize;
  final Duration walTimeout;
  final Duration timeout;
  final Consumer<BackupProgress> progress;
  final Clock clock;
  final ThreadFactory threads;

  private BaseBackupTaker(Builder builder) {
    server = builder.server;
    archive = builder.archive;
    label = builder.label;
    fastCheckpoint = builder.fastCheckpoint;
    checksums = builder.checksums;
    partDigest = builder.partDigest;
    maxRateKilobytes = builder.maxRateKilobytes;
    partSize = builder.partSize;
    walTimeout = builder.walTimeout;
    timeout = builder.timeout;
    progress = builder.progress;
    clock = builder.clock;
    threads = builder.threads;
  }

  /** Begins the description of a backup of the server's cluster into an archive. */
  public static Builder of(ServerAddress server, ArchiveStore archive) {
    return new Builder(server, archive);
  }

  /**
   * Takes a backup.
   *
   * @throws ServerUnavailableException if the server was lost; nothing of the backup remains
   * @throws ServerRefusedException if the server's settings do not allow it; the message says what
   *     to change
   * @throws dev.walden.CorruptFileException if what arrived is not what the server's manifest says
   * @throws InterruptedException if the thread was interrupted, which ends it within seconds, or
   *     {@link java.io.InterruptedIOException}; nothing of the backup remains
   * @throws dev.walden.NotArchivedException if the WAL that the backup needs did not reach the
   *     archive in time
   */
  public BaseBackup take() throws IOException, InterruptedException {
    try (BackupRun run = new BackupRun(this)) {
      return run.take();
    }
  }

  /** Describes a backup. Not safe for use by many threads. */
  public static final class Builder {
    private final ServerAddress server;
    private final ArchiveStore archive;
    private String label = "walden";
    private boolean fastCheckpoint = true;
    private BackupChecksum.Algorithm checksums = BackupChecksum.Algorithm.CRC32C;
    private ObjectDigest.Algorithm partDigest = ObjectDigest.Algorithm.SHA256;
    private OptionalInt maxRateKilobytes = OptionalInt.empty();
    private long partSize = 256L << 20;
    private Duration walTimeout = Duration.ofMinutes(10);
    private Duration timeout = Duration.ofMinutes(5);
    private Consumer<BackupProgress> progress = step -> {};
    private Clock clock = Clock.systemUTC();
    private ThreadFactory threads =
        task -> {
          Thread thread = new Thread(task, "walden-backup");
          thread.setDaemon(true);
          return thread;
        };

    private Builder(ServerAddress server, ArchiveStore archive) {
      this.server = server;
      this.archive = archive;
    }

    /** The label that PostgreSQL writes into {@code backup_label}; "walden" unless set. */
    public Builder label(String text) {
      label = text;
      return this;
    }

    /** Whether the server writes its checkpoint at once, as it does unless set, or over minutes. */
    public Builder fastCheckpoint(boolean fast) {
      fastCheckpoint = fast;
      return this;
    }

    /**
     * The digest of each file in PostgreSQL's manifest; CRC32C unless set, as with {@code
     * pg_basebackup}. What is stored is protected by {@link #partDigest}.
     */
    public Builder checksums(BackupChecksum.Algorithm algorithm) {
      checksums = algorithm;
      return this;
    }

    /**
     * The digest of each part as it is stored; SHA-256 unless set. CRC-32 finds damage too, with 32
     * bits for each part; where parts are neither compressed nor encrypted, SHA-256 takes a third
     * of all CPU time. What CRC-32 gives up: a {@code backup.json} of which somebody has kept the
     * digest elsewhere proves nothing about the parts.
     */
    public Builder partDigest(ObjectDigest.Algorithm algorithm) {
      partDigest = algorithm;
      return this;
    }

    /** How many KiB per second the server may send, 32 to 1048576; no limit unless set. */
    public Builder maxRate(int kilobytesPerSecond) {
      maxRateKilobytes = OptionalInt.of(kilobytesPerSecond);
      return this;
    }

    /** At how many bytes of files a new part is begun; 256 MiB unless set. A file is never cut. */
    public Builder partSize(long bytes) {
      partSize = bytes;
      return this;
    }

    /** How long to wait for the next segment of WAL to reach the archive; 10 minutes unless set. */
    public Builder walTimeout(Duration limit) {
      walTimeout = limit;
      return this;
    }

    /**
     * After how long without a word from the server it counts as lost; 5 minutes unless set. It
     * also bounds a login and each answer, where the server's address does not say otherwise. The
     * checkpoint at the beginning, during which a server says nothing, may take an hour all the
     * same.
     */
    public Builder timeout(Duration silence) {
      timeout = silence;
      return this;
    }

    /**
     * Hears of progress, at most about once a second; called by the thread that takes the backup.
     */
    public Builder progress(Consumer<BackupProgress> listener) {
      progress = listener;
      return this;
    }

    /** The clock that names the backup. */
    public Builder clock(Clock wallClock) {
      clock = wallClock;
      return this;
    }

    /** Makes the threads: one to encode and store, and one to make what is complete durable. */
    public Builder threads(ThreadFactory factory) {
      threads = factory;
      return this;
    }

    public BaseBackupTaker build() {
      return new BaseBackupTaker(this);
    }

    /** Takes a backup as described so far. */
    public BaseBackup take() throws IOException, InterruptedException {
      return build().take();
    }
  }
}
