package dev.walden.server.backup;

import static java.util.Objects.requireNonNull;

import dev.walden.CanIgnoreReturnValue;
import dev.walden.CheckReturnValue;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupChecksum;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.LeftOutParts;
import dev.walden.backup.ObjectDigest;
import dev.walden.errors.Arguments;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.ServerUnavailableException;
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
 * also holds all WAL that it needs, so something must archive WAL meanwhile: a {@code WalReceiver},
 * or the server's {@code archive_command}.
 *
 * <p>A backup that fails or is interrupted leaves nothing that looks like one. Immutable: each
 * setting returns a changed copy. One instance may take many backups.
 */
@CheckReturnValue
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
    LeftOutParts leftOutParts = LeftOutParts.REFUSE;
    long partSize = 256L << 20;
    Duration walTimeout = Duration.ofMinutes(10);
    Duration timeout = Duration.ofMinutes(5);
    Duration storagePatience = Duration.ofMinutes(5);
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
    this.archive = archive.patient(settings.storagePatience);
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

  /** The label in {@code backup_label}; "walden" by default. */
  public BaseBackupTaker label(String text) {
    return with(changed -> changed.label = requireNonNull(text));
  }

  /** Whether the server writes its checkpoint at once, the default, or over minutes. */
  public BaseBackupTaker fastCheckpoint(boolean fast) {
    return with(changed -> changed.fastCheckpoint = fast);
  }

  /**
   * The digest of each file in PostgreSQL's manifest; CRC32C by default, as with {@code
   * pg_basebackup}. {@link #partDigest} protects the stored parts.
   */
  public BaseBackupTaker checksums(BackupChecksum.Algorithm algorithm) {
    return with(changed -> changed.checksums = requireNonNull(algorithm));
  }

  /**
   * The digest of each part as stored; SHA-256 by default. CRC-32 also detects damage, with 32 bits
   * per part; SHA-256 takes a third of all CPU time if parts are neither compressed nor encrypted.
   * With CRC-32, a digest of {@code backup.json} kept elsewhere does not prove that the parts are
   * authentic.
   */
  public BaseBackupTaker partDigest(ObjectDigest.Algorithm algorithm) {
    return with(changed -> changed.partDigest = requireNonNull(algorithm));
  }

  /** How many KiB per second the server may send, 32 to 1048576; unlimited by default. */
  public BaseBackupTaker maxRate(int kilobytesPerSecond) {
    Arguments.require(
        kilobytesPerSecond >= 32 && kilobytesPerSecond <= 1 << 20, "maxRate", kilobytesPerSecond);
    return with(changed -> changed.maxRateKilobytes = OptionalInt.of(kilobytesPerSecond));
  }

  /** After how many bytes of files a new part begins; 256 MiB by default. Files are never split. */
  public BaseBackupTaker partSize(long bytes) {
    Arguments.require(bytes > 0, "partSize", bytes);
    return with(changed -> changed.partSize = bytes);
  }

  /**
   * What to do if the server leaves out parts of the cluster, which it does with what is a symbolic
   * link or a special file where PostgreSQL has none, such as the directory of a database; {@link
   * LeftOutParts#REFUSE} by default. Warnings about other things are recorded only.
   */
  public BaseBackupTaker leftOutParts(LeftOutParts choice) {
    return with(changed -> changed.leftOutParts = requireNonNull(choice));
  }

  /**
   * How long to try again what fails because the storage is {@linkplain
   * dev.walden.storage.Storage#patient unavailable}; five minutes by default.
   */
  public BaseBackupTaker storagePatience(Duration limit) {
    Arguments.notNegative("storagePatience", limit);
    return with(changed -> changed.storagePatience = limit);
  }

  /** How long to wait for the next WAL segment to reach the archive; 10 minutes by default. */
  public BaseBackupTaker walTimeout(Duration limit) {
    Arguments.notNegative("walTimeout", limit);
    return with(changed -> changed.walTimeout = limit);
  }

  /**
   * After how long a silent server counts as lost; 5 minutes by default. Also limits a login and
   * each answer, unless the server's address sets other limits. The checkpoint at the beginning,
   * during which a server is silent, may still take an hour.
   */
  public BaseBackupTaker timeout(Duration silence) {
    Arguments.positive("timeout", silence);
    return with(changed -> changed.timeout = silence);
  }

  /** Receives progress, at most about once a second, in the thread that takes the backup. */
  public BaseBackupTaker progress(Consumer<BackupProgress> listener) {
    return with(changed -> changed.progress = requireNonNull(listener));
  }

  /** The clock that names the backup. */
  public BaseBackupTaker clock(Clock wallClock) {
    return with(changed -> changed.clock = requireNonNull(wallClock));
  }

  /** Creates the threads: one encodes and stores, one makes complete parts durable. */
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
   * @throws dev.walden.backup.PartsLeftOutException if the server left out parts of the cluster,
   *     unless {@link #leftOutParts} allows it; nothing of the backup remains
   * @throws InterruptedException or {@link java.io.InterruptedIOException} if the thread was
   *     interrupted, which ends the backup within seconds; nothing of it remains
   * @throws dev.walden.NotArchivedException if the WAL that the backup needs did not reach the
   *     archive in time
   */
  @CanIgnoreReturnValue
  public BaseBackup take() throws IOException, InterruptedException {
    try (BackupRun run = new BackupRun(this)) {
      return run.take();
    }
  }
}
