package dev.walden.server.backup;

import static java.util.Objects.requireNonNull;

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
 * Takes full base backups over the replication protocol. Files are repacked into parts, compressed,
 * encrypted and stored as they arrive, in memory that does not grow with the cluster; the digest of
 * each file is compared with the server's manifest. The backup is complete only once the archive
 * also holds all WAL that it needs, so something must archive WAL meanwhile: a {@link WalReceiver},
 * or the server's {@code archive_command}.
 *
 * <p>A backup that fails or is interrupted leaves nothing that looks like one.
 */
public final class BaseBackupTaker {
  final ServerAddress server;
  final ArchiveStore archive;
  final Settings settings;

  /** Never changed once a taker holds it. */
  static final class Settings implements Cloneable {
    String label = "walden";
    boolean fastCheckpoint = true;
    BackupChecksum.Algorithm checksums = BackupChecksum.Algorithm.CRC32C;
    ObjectDigest.Algorithm partDigest = ObjectDigest.Algorithm.SHA256;
    OptionalInt maxRateKilobytes = OptionalInt.empty();
    long partSize = 256L << 20;
    Duration walTimeout = Duration.ofMinutes(10);
    Duration timeout = Duration.ofMinutes(5);
    Consumer<BackupProgress> progress = step -> {};
    Clock clock = Clock.systemUTC();
    ThreadFactory threads =
        task -> {
          Thread thread = new Thread(task, "walden-backup");
          thread.setDaemon(true);
          return thread;
        };

    @Override
    protected Settings clone() {
      try {
        return (Settings) super.clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private BaseBackupTaker(ServerAddress server, ArchiveStore archive, Settings settings) {
    this.server = server;
    this.archive = archive;
    this.settings = settings;
  }

  /** Describes a backup of the server's cluster into an archive. */
  public static BaseBackupTaker of(ServerAddress server, ArchiveStore archive) {
    return new BaseBackupTaker(server, archive, new Settings());
  }

  private BaseBackupTaker with(Consumer<Settings> change) {
    Settings changed = settings.clone();
    change.accept(changed);
    return new BaseBackupTaker(server, archive, changed);
  }

  private static void require(boolean valid, String setting, Object value) {
    if (!valid) {
      throw new IllegalArgumentException(setting + " cannot be " + value);
    }
  }

  /** The label that PostgreSQL writes into {@code backup_label}; "walden" unless set. */
  public BaseBackupTaker label(String text) {
    return with(changed -> changed.label = requireNonNull(text));
  }

  /** Whether the server writes its checkpoint at once, as it does unless set, or over minutes. */
  public BaseBackupTaker fastCheckpoint(boolean fast) {
    return with(changed -> changed.fastCheckpoint = fast);
  }

  /**
   * The digest of each file in PostgreSQL's manifest; CRC32C unless set, as with {@code
   * pg_basebackup}. What is stored is protected by {@link #partDigest}.
   */
  public BaseBackupTaker checksums(BackupChecksum.Algorithm algorithm) {
    return with(changed -> changed.checksums = requireNonNull(algorithm));
  }

  /**
   * The digest of each part as it is stored; SHA-256 unless set. CRC-32 finds damage too, with 32
   * bits for each part; where parts are neither compressed nor encrypted, SHA-256 takes a third of
   * all CPU time. What CRC-32 gives up: a {@code backup.json} of which somebody has kept the digest
   * elsewhere proves nothing about the parts.
   */
  public BaseBackupTaker partDigest(ObjectDigest.Algorithm algorithm) {
    return with(changed -> changed.partDigest = requireNonNull(algorithm));
  }

  /** How many KiB per second the server may send, 32 to 1048576; no limit unless set. */
  public BaseBackupTaker maxRate(int kilobytesPerSecond) {
    require(
        kilobytesPerSecond >= 32 && kilobytesPerSecond <= 1 << 20, "maxRate", kilobytesPerSecond);
    return with(changed -> changed.maxRateKilobytes = OptionalInt.of(kilobytesPerSecond));
  }

  /** At how many bytes of files a new part is begun; 256 MiB unless set. A file is never cut. */
  public BaseBackupTaker partSize(long bytes) {
    require(bytes > 0, "partSize", bytes);
    return with(changed -> changed.partSize = bytes);
  }

  /** How long to wait for the next segment of WAL to reach the archive; 10 minutes unless set. */
  public BaseBackupTaker walTimeout(Duration limit) {
    require(!limit.isNegative(), "walTimeout", limit);
    return with(changed -> changed.walTimeout = limit);
  }

  /**
   * After how long without a word from the server it counts as lost; 5 minutes unless set. It also
   * bounds a login and each answer, where the server's address does not say otherwise. The
   * checkpoint at the beginning, during which a server says nothing, may take an hour all the same.
   */
  public BaseBackupTaker timeout(Duration silence) {
    require(!silence.isNegative() && !silence.isZero(), "timeout", silence);
    return with(changed -> changed.timeout = silence);
  }

  /** Hears of progress, at most about once a second; called by the thread that takes the backup. */
  public BaseBackupTaker progress(Consumer<BackupProgress> listener) {
    return with(changed -> changed.progress = requireNonNull(listener));
  }

  /** The clock that names the backup. */
  public BaseBackupTaker clock(Clock wallClock) {
    return with(changed -> changed.clock = requireNonNull(wallClock));
  }

  /** Makes the threads: one to encode and store, and one to make what is complete durable. */
  public BaseBackupTaker threads(ThreadFactory factory) {
    return with(changed -> changed.threads = requireNonNull(factory));
  }

  /**
   * Takes a backup.
   *
   * @throws ServerUnavailableException if the connection was lost; nothing of the backup remains
   * @throws ServerRefusedException if the server's settings do not allow it; the message says what
   *     to change
   * @throws dev.walden.CorruptFileException if the files do not match the server's manifest
   * @throws InterruptedException or {@link java.io.InterruptedIOException} if the thread was
   *     interrupted, which ends the backup within seconds; nothing of it remains
   * @throws dev.walden.NotArchivedException if the WAL that the backup needs did not reach the
   *     archive in time
   */
  public BaseBackup take() throws IOException, InterruptedException {
    try (BackupRun run = new BackupRun(this)) {
      return run.take();
    }
  }
}
