package dev.walden.recovery.restore;

import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveStore;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.path.TakenTimelines;
import dev.walden.recovery.plan.RecoveryPlan;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadFactory;

/**
 * Carries a plan out: writes a data directory whose server, when it is started, recovers to the
 * plan's target.
 *
 * <p>Everything is written into directories that are absent or empty, forced to disk, and given the
 * permissions that a server accepts. {@code global/pg_control} comes last, so that no server can
 * start on what is not complete. A marker file, {@code walden.restore.lock}, keeps a second restore
 * out meanwhile.
 *
 * <p>Without a {@link #restoreCommand} the planned WAL is put into {@code pg_wal}: the server then
 * needs no way to the archive, but all this WAL must find room on the disk at once. Histories are
 * put there, too: a promoted server takes no number of which the archive holds WAL.
 *
 * <p>Settings that the backup brought along and that could do harm are overridden; see {@link
 * RecoveryConfiguration}. An object of this class describes one restore and is used by one thread.
 */
public final class Restore {
  private static final int MAX_THREADS = 64;

  final RecoveryPlan plan;
  private final RecoveryConfiguration.Builder configuration;
  private final Map<Long, Path> tablespaces = new HashMap<>();
  ArchiveStore archive;
  private Path dataDirectory;
  private boolean standby;
  boolean walFromCommand;
  int threads = Math.min(4, Runtime.getRuntime().availableProcessors());
  RestoreProgress progress = (done, total) -> {};
  ThreadFactory threadFactory = Restore::daemon;

  private Restore(RecoveryPlan plan) {
    this.plan = plan;
    this.configuration =
        RecoveryConfiguration.builder(plan.cluster().version(), plan.timeline())
            .target(plan.serverTarget())
            .action(plan.action());
    if (plan.gapAhead()) {
      configuration.noLookAhead();
    }
  }

  /** Begins the description of a restore. */
  public static Restore of(RecoveryPlan plan) {
    return new Restore(plan);
  }

  /** The archive that the plan was made for. */
  public Restore from(ArchiveStore source) {
    archive = source;
    return this;
  }

  /** The data directory to be: absent or empty. */
  public Restore into(Path directory) {
    dataDirectory = directory;
    return this;
  }

  /**
   * Where a tablespace goes: a directory that is absent or empty. Each tablespace of the backup
   * needs one; none is ever put where the source had it.
   */
  public Restore tablespace(long oid, Path directory) {
    tablespaces.put(oid, directory);
    return this;
  }

  /** Puts each tablespace into a directory below this one, called by its OID. */
  public Restore tablespacesUnder(Path directory) {
    plan.backup().tablespaces().forEach(oid -> tablespace(oid, directory.resolve("" + oid)));
    return this;
  }

  /**
   * The {@code restore_command} of the server; see {@link RestoreCommand#shell}. The WAL is not
   * fetched now but by the server, file by file.
   */
  public Restore restoreCommand(String command) {
    configuration.restoreCommand(command);
    walFromCommand = true;
    return this;
  }

  /** What the server does at the target; by default what the plan says. */
  public Restore action(RecoveryTargetAction action) {
    configuration.action(action);
    return this;
  }

  /**
   * Makes the server a standby. If the plan goes to the latest state along the latest timeline, it
   * follows its primary to every later timeline; but not if the archive holds the history of a
   * higher one to which the backup does not lead, or WAL of one without its history: PostgreSQL's
   * own {@code latest} would be another one.
   *
   * @param primaryConninfo a connection string as libpq reads it; see {@link
   *     RecoveryConfiguration#conninfo}
   */
  public Restore standby(String primaryConninfo) {
    configuration.standby(primaryConninfo);
    standby = true;
    return this;
  }

  /** The replication slot on the primary that a standby uses. */
  public Restore primarySlotName(String slot) {
    configuration.primarySlotName(slot);
    return this;
  }

  /**
   * Keeps the archiving settings of the backup. Only for a cluster that takes the place of the one
   * that was backed up: its WAL goes to the same archive.
   */
  public Restore keepArchiving() {
    configuration.keepArchiving();
    return this;
  }

  /** Any other setting of the server, such as {@code port}. */
  public Restore setting(String name, String value) {
    configuration.setting(name, value);
    return this;
  }

  /** How many parts are fetched at once: 1 to 64; by default as many as processors, at most 4. */
  public Restore parallelism(int newThreads) {
    if (newThreads < 1 || newThreads > MAX_THREADS) {
      throw new IllegalArgumentException("not a number of threads: " + newThreads);
    }
    threads = newThreads;
    return this;
  }

  /** Makes the threads that fetch; daemon threads by default. */
  public Restore threads(ThreadFactory factory) {
    threadFactory = factory;
    return this;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "walden-restore");
    thread.setDaemon(true);
    return thread;
  }

  /** Who is told how far it is. */
  public Restore progress(RestoreProgress listener) {
    progress = listener;
    return this;
  }

  /**
   * Restores. Interrupting the calling thread ends it.
   *
   * @throws FileSystemException if a directory is not empty, or the disk too small; nothing was
   *     changed
   * @throws WrongClusterException if the archive is not the plan's
   * @throws RestoreIncompleteException if it failed later; see there
   */
  public RestoredCluster run() throws IOException {
    Objects.requireNonNull(archive, "from");
    Objects.requireNonNull(dataDirectory, "into");
    if (!archive.cluster().equals(plan.cluster())) {
      throw new WrongClusterException(archive + " is not that of the plan for " + plan.cluster());
    }
    if (standby && followsLatest()) {
      configuration.followLatestTimeline();
    }
    RecoveryConfiguration settings = configuration.build();
    RestorePaths paths = RestorePaths.of(plan.backup(), dataDirectory, tablespaces);
    for (Path root : paths.roots()) {
      DirectoryClaim.requireEmpty(root);
    }
    requireSpace(paths.roots());
    DirectoryClaim claim = DirectoryClaim.of(paths.roots());
    try {
      RestoredCluster restored = new DataDirectoryAssembly(this, paths).run(settings);
      claim.release();
      return restored;
    } catch (IOException | RuntimeException | Error e) {
      throw new RestoreIncompleteException(paths.dataDirectory(), e);
    }
  }

  private boolean followsLatest() throws IOException {
    return plan.target() instanceof RecoveryTarget.Latest
        && plan.requestedTimeline() instanceof RecoveryTargetTimeline.Latest
        && TakenTimelines.of(archive).latestIs(plan.backup().endTimeline(), plan.timeline());
  }

  private void requireSpace(List<Path> roots) throws IOException {
    long needed = plan.backup().plainBytes();
    if (!walFromCommand) {
      needed += plan.segmentCount() * plan.cluster().segmentSize().bytes();
    }
    long usable = 0;
    Set<FileStore> counted = new HashSet<>();
    for (Path root : roots) {
      Path existing = root;
      while (!Files.exists(existing)) {
        existing = existing.getParent();
      }
      FileStore store = Files.getFileStore(existing);
      usable += counted.add(store) ? store.getUsableSpace() : 0;
    }
    if (usable < needed) {
      throw new FileSystemException(
          roots.get(0).toString(),
          null,
          "the restore takes " + needed + " bytes, but only " + usable + " are free");
    }
  }
}
