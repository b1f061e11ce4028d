package dev.walden.recovery.restore;

import static java.util.Objects.requireNonNull;

import dev.walden.CanIgnoreReturnValue;
import dev.walden.CheckReturnValue;
import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveStore;
import dev.walden.errors.Arguments;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.path.TakenTimelines;
import dev.walden.recovery.plan.RecoveryPlan;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

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
 * needs no access to the archive, but the disk must have room for all this WAL. Histories are put
 * there, too: a promoted server takes no number of which the archive holds WAL.
 *
 * <p>Settings that the backup brought along and that could do harm are overridden; see {@link
 * RecoveryConfiguration}. Immutable: each method that sets something returns a changed description.
 */
@CheckReturnValue
public final class Restore {
  private static final int MAX_THREADS = 64;

  private final RecoveryPlan plan;
  private final UnaryOperator<RecoveryConfiguration.Builder> configuration;
  private final Map<Long, Path> tablespaces;
  private final Optional<ArchiveStore> archive;
  private final Optional<Path> dataDirectory;
  private final Duration storagePatience;
  private final boolean standby;
  private final boolean walFromCommand;
  private final Workers workers;
  private final RestoreProgress progress;

  /** What a wither changes; never seen by anybody else. */
  private static final class Draft {
    private final RecoveryPlan plan;
    private UnaryOperator<RecoveryConfiguration.Builder> configuration = UnaryOperator.identity();
    private Map<Long, Path> tablespaces = Map.of();
    private Optional<ArchiveStore> archive = Optional.empty();
    private Optional<Path> dataDirectory = Optional.empty();
    private Duration storagePatience = Duration.ofMinutes(5);
    private boolean standby;
    private boolean walFromCommand;
    private Workers workers =
        new Workers(Math.min(4, Runtime.getRuntime().availableProcessors()), Restore::daemon);
    private RestoreProgress progress = (done, total) -> {};

    private Draft(RecoveryPlan plan) {
      this.plan = plan;
    }
  }

  private Restore(Draft draft) {
    this.plan = draft.plan;
    this.configuration = draft.configuration;
    this.tablespaces = Map.copyOf(draft.tablespaces);
    this.archive = draft.archive;
    this.dataDirectory = draft.dataDirectory;
    this.storagePatience = draft.storagePatience;
    this.standby = draft.standby;
    this.walFromCommand = draft.walFromCommand;
    this.workers = draft.workers;
    this.progress = draft.progress;
  }

  private Restore with(Consumer<Draft> change) {
    Draft draft = new Draft(plan);
    draft.configuration = configuration;
    draft.tablespaces = tablespaces;
    draft.archive = archive;
    draft.dataDirectory = dataDirectory;
    draft.storagePatience = storagePatience;
    draft.standby = standby;
    draft.walFromCommand = walFromCommand;
    draft.workers = workers;
    draft.progress = progress;
    change.accept(draft);
    return new Restore(draft);
  }

  /** Changes the server's configuration; invalid values are refused at once. */
  private static void configure(Draft draft, UnaryOperator<RecoveryConfiguration.Builder> change) {
    UnaryOperator<RecoveryConfiguration.Builder> before = draft.configuration;
    draft.configuration = builder -> change.apply(before.apply(builder));
    // tried on a builder that is used for nothing else
    requireNonNull(draft.configuration.apply(builder(draft.plan)));
  }

  private Restore configured(UnaryOperator<RecoveryConfiguration.Builder> change) {
    return with(draft -> configure(draft, change));
  }

  private static RecoveryConfiguration.Builder builder(RecoveryPlan plan) {
    RecoveryConfiguration.Builder builder =
        RecoveryConfiguration.builder(plan.cluster().version(), plan.timeline())
            .target(plan.serverTarget())
            .action(plan.action());
    return plan.gapAhead() ? builder.noLookAhead() : builder;
  }

  /** Begins the description of a restore. */
  public static Restore of(RecoveryPlan plan) {
    return new Restore(new Draft(plan));
  }

  /** The archive that the plan was made for. */
  public Restore from(ArchiveStore source) {
    return with(draft -> draft.archive = Optional.of(source));
  }

  /**
   * How long to try again what fails because the storage is {@linkplain
   * dev.walden.storage.Storage#patient unavailable}; five minutes by default.
   */
  public Restore storagePatience(Duration limit) {
    Arguments.notNegative("storagePatience", limit);
    return with(draft -> draft.storagePatience = limit);
  }

  /** The data directory to be: absent or empty. */
  public Restore into(Path directory) {
    return with(draft -> draft.dataDirectory = Optional.of(directory));
  }

  /**
   * Where a tablespace goes: a directory that is absent or empty. Each tablespace of the backup
   * needs one; none is ever put where the source had it.
   */
  public Restore tablespace(long oid, Path directory) {
    Map<Long, Path> all = new HashMap<>(tablespaces);
    all.put(oid, directory);
    return with(draft -> draft.tablespaces = all);
  }

  /** Puts each tablespace into a directory below this one, called by its OID. */
  public Restore tablespacesUnder(Path directory) {
    Map<Long, Path> all = new HashMap<>(tablespaces);
    plan.backup().tablespaces().forEach(oid -> all.put(oid, directory.resolve("" + oid)));
    return with(draft -> draft.tablespaces = all);
  }

  /**
   * The {@code restore_command} of the server; see {@link RestoreCommand#shell}. The WAL is not
   * fetched now but by the server, file by file.
   */
  public Restore restoreCommand(String command) {
    return with(
        draft -> {
          configure(draft, builder -> builder.restoreCommand(command));
          draft.walFromCommand = true;
        });
  }

  /** What the server does at the target; by default what the plan says. */
  public Restore action(RecoveryTargetAction action) {
    return configured(builder -> builder.action(action));
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
    return with(
        draft -> {
          configure(draft, builder -> builder.standby(primaryConninfo));
          draft.standby = true;
        });
  }

  /** The replication slot on the primary that a standby uses. */
  public Restore primarySlotName(String slot) {
    return configured(builder -> builder.primarySlotName(slot));
  }

  /**
   * The server takes the place of the one that was backed up, which never runs again: it archives,
   * waits for synchronous standbys, and runs subscriptions and the synchronization of slots as that
   * one did. By default it is a copy, where all of these are switched off; {@link
   * RestoredCluster#switchedOff} names the settings.
   */
  public Restore replaceSource() {
    return configured(RecoveryConfiguration.Builder::replaceSource);
  }

  /** Any other setting of the server, such as {@code port}. */
  public Restore setting(String name, String value) {
    return configured(builder -> builder.setting(name, value));
  }

  /** How many parts are fetched at once: 1 to 64; by default as many as processors, at most 4. */
  public Restore parallelism(int newThreads) {
    if (newThreads < 1 || newThreads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "parallelism must be 1 to " + MAX_THREADS + ": " + newThreads);
    }
    return with(draft -> draft.workers = workers.parallelism(newThreads));
  }

  /** Makes the threads that fetch; daemon threads by default. */
  public Restore threads(ThreadFactory factory) {
    return with(draft -> draft.workers = workers.factory(factory));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "walden-restore");
    thread.setDaemon(true);
    return thread;
  }

  /** Receives the progress. */
  public Restore progress(RestoreProgress listener) {
    return with(draft -> draft.progress = listener);
  }

  /**
   * Restores. Interrupting the calling thread stops it.
   *
   * @throws FileSystemException if a directory is not empty, or the disk too small; nothing was
   *     changed
   * @throws WrongClusterException if the archive is not the plan's
   * @throws RestoreIncompleteException if it failed later; see there
   */
  @CanIgnoreReturnValue
  public RestoredCluster run() throws IOException {
    ArchiveStore source = archive();
    Path directory = dataDirectory.orElseThrow(() -> new NullPointerException("into"));
    if (!source.cluster().equals(plan.cluster())) {
      throw new WrongClusterException(source + " is not that of the plan for " + plan.cluster());
    }
    RecoveryConfiguration.Builder configured = configuration.apply(builder(plan));
    if (standby && followsLatest()) {
      configured.followLatestTimeline();
    }
    RecoveryConfiguration settings = configured.build();
    RestorePaths paths = RestorePaths.of(plan.backup(), directory, tablespaces);
    for (Path root : paths.roots()) {
      DirectoryClaim.requireEmpty(root);
    }
    paths.requireSpace(neededBytes());
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
        && TakenTimelines.of(archive()).latestIs(plan.backup().endTimeline(), plan.timeline());
  }

  private long neededBytes() {
    long wal = preloadsWal() ? plan.segmentCount() * plan.cluster().segmentSize().bytes() : 0;
    return plan.backup().plainBytes() + wal;
  }

  RecoveryPlan plan() {
    return plan;
  }

  ArchiveStore archive() {
    return archive.orElseThrow(() -> new NullPointerException("from")).patient(storagePatience);
  }

  /** Whether the planned WAL is put into {@code pg_wal}. */
  boolean preloadsWal() {
    return !walFromCommand;
  }

  Workers workers() {
    return workers;
  }

  RestoreProgress progress() {
    return progress;
  }
}
