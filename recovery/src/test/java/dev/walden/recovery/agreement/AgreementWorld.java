package dev.walden.recovery.agreement;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.archive.inventory.WalPath;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ControlFile;
import dev.walden.cluster.ControlFile.Settings;
import dev.walden.cluster.PgVersion;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.crash.DirectoryCopy;
import dev.walden.recovery.journey.ArchivedCluster;
import dev.walden.recovery.journey.WalFolder;
import dev.walden.recovery.path.Recoverable;
import dev.walden.recovery.plan.PlannedWal;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.restore.RecoveryConfiguration;
import dev.walden.recovery.restore.Restore;
import dev.walden.recovery.restore.WrittenConfiguration;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.recovery.simulate.SimulatedRecovery;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** An archive with a few timelines and backups, made by random work on real servers. */
final class AgreementWorld {
  private static final int STEPS = 60;

  final int major;
  final Random random;
  private final Path directory;
  private final Map<BaseBackup, Path> restored = new HashMap<>();
  private ArchiveStore archive;
  private WalFolder wal;
  private int cases;

  /** A plan, and how the server that follows it is configured. */
  record Case(RecoveryPlan plan, boolean hotStandby, int maxConnections, WalFolder wal, Path data) {
    @Override
    public String toString() {
      return plan
          + " (backup "
          + plan.backup().startLsn()
          + " to "
          + plan.backup().endLsn()
          + "), then "
          + plan.action()
          + ", hot_standby "
          + hotStandby
          + ", max_connections "
          + maxConnections
          + ", "
          + wal.seen();
    }
  }

  AgreementWorld(int major, long seed, Path directory) {
    this.major = major;
    this.random = new Random(seed * 100 + major);
    this.directory = directory;
  }

  /** Makes the archive: two timelines beside the first one. */
  void make(int forks) throws Exception {
    PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), directory.resolve("source"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .setting("timezone", "UTC")
            .setting("wal_level", random.nextBoolean() ? "replica" : "logical")
            .setting("track_commit_timestamp", "on")
            .setting("max_prepared_transactions", "10")
            .setting("max_connections", "40")
            .setting("shared_buffers", "8MB")
            .setting("autovacuum", "off")
            .setting("wal_keep_size", "512MB")
            .create();
    live(server);
    for (int fork = 0; fork < forks; fork++) {
      live(fork());
    }
  }

  private void live(PostgresServer server) throws Exception {
    try (ArchivedCluster cluster =
        new ArchivedCluster(server, directory.resolve("archive"), ArchiveSettings.defaults())) {
      try (AgreementWorkload work = new AgreementWorkload(server, random)) {
        work.run(STEPS / 3);
        CompletableFuture<BaseBackup> backup = CompletableFuture.supplyAsync(() -> take(cluster));
        while (!backup.isDone()) {
          work.run(5);
          Thread.sleep(20);
        }
        backup.join();
        work.run(STEPS);
        if (random.nextBoolean()) {
          take(cluster);
          work.run(STEPS / 2);
        }
        cluster.archiveWal();
      }
    }
    archive =
        ArchiveStore.open(
            FileSystemStorage.at(directory.resolve("archive")), ArchiveSettings.defaults());
    wal = WalFolder.of(archive, directory.resolve("wal" + ++cases), directory);
  }

  private static BaseBackup take(ArchivedCluster cluster) {
    try {
      return cluster.backup();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A server on a new timeline. */
  private PostgresServer fork() throws Exception {
    for (int i = 0; i < 100; i++) {
      Case drawn = draw(RecoveryTargetAction.PROMOTE, true);
      int connections = random.nextInt(3) == 0 ? 60 : 40;
      Case next = new Case(drawn.plan(), true, connections, drawn.wal(), drawn.data());
      SimulatedRecovery simulated = simulator(next).simulate(next.plan());
      if (simulated.outcome() == Outcome.PROMOTED) {
        RecoveredServer server = recover(next);
        List<String> differences = server.differences(simulated);
        if (!differences.isEmpty()) {
          server.kill();
          throw new AssertionError("fork " + next + "\n" + String.join("\n", differences));
        }
        return server.running().orElseThrow();
      }
    }
    throw new IllegalStateException("no target in a hundred promotes");
  }

  /** Draws a case; in some of them WAL is damaged or missing. */
  Case draw() throws IOException {
    boolean hotStandby = random.nextInt(5) > 0;
    RecoveryTargetAction action =
        random.nextInt(3) > 0
            ? RecoveryTargetAction.PROMOTE
            : RecoveryTargetAction.values()[random.nextInt(RecoveryTargetAction.values().length)];
    Case drawn = draw(action, hotStandby);
    if (random.nextInt(4) > 0) {
      return drawn;
    }
    RecoveryPlan plan = drawn.plan();
    Optional<Lsn> place =
        new AgreementTargets(wal, plan.history(), plan.backup().endLsn(), random).record();
    if (place.isEmpty() || random.nextInt(3) == 0) {
      long first = archive.cluster().segmentSize().segmentNumber(plan.backup().startLsn());
      drawn.wal().lose(random, first);
    } else {
      WalSegment segment = new WalPath(wal.inventory(), plan.history()).segment(place.get());
      drawn.wal().damage(random, segment, place.get());
    }
    if (random.nextBoolean()) {
      return drawn;
    }
    // goes on to where the damage is
    return new Case(
        plan(plan.backup(), plan.history(), RecoveryTarget.latest(), plan.action()),
        drawn.hotStandby(),
        drawn.maxConnections(),
        drawn.wal(),
        drawn.data());
  }

  private Case draw(RecoveryTargetAction action, boolean hotStandby) throws IOException {
    List<BaseBackup> backups = archive.backups();
    BaseBackup backup = backups.get(random.nextInt(backups.size()));
    List<TimelineHistory> histories = new ArrayList<>(Recoverable.histories(wal.inventory()));
    if (random.nextInt(8) > 0) {
      histories.removeIf(history -> !Recoverable.leadsTo(history, backup));
    }
    TimelineHistory history = histories.get(random.nextInt(histories.size()));
    RecoveryTarget target =
        new AgreementTargets(
                wal, history, random.nextInt(6) == 0 ? backup.startLsn() : backup.endLsn(), random)
            .draw();
    Path data = directory.resolve("case" + ++cases);
    int connections = random.nextInt(3) == 0 ? 40 : 60;
    return new Case(
        plan(backup, history, target, action),
        hotStandby,
        connections,
        wal.seenFrom(directory.resolve("seen" + cases)),
        data);
  }

  /** A plan that nobody checked. */
  RecoveryPlan plan(
      BaseBackup backup,
      TimelineHistory history,
      RecoveryTarget target,
      RecoveryTargetAction action) {
    WalSegment first =
        WalSegment.containing(
            backup.startTimeline(), backup.startLsn(), backup.cluster().segmentSize());
    PlannedWal any =
        new PlannedWal(new WalRange(first.timeline(), first.start(), first.end()), first.size(), 0);
    return new RecoveryPlan(
        backup.cluster(),
        target,
        target,
        RecoveryTargetTimeline.of(history.timeline()),
        history,
        backup,
        "drawn by lot",
        List.of(any),
        false,
        Optional.empty(),
        action,
        List.of());
  }

  WalFolder wal() {
    return wal;
  }

  ArchiveStore archive() {
    return archive;
  }

  RecoverySimulator simulator(Case next) throws IOException {
    return configured(next, RecoverySimulator.of(next.wal().inventory(), next.wal()::open));
  }

  RecoverySimulator configured(Case next, RecoverySimulator simulator) throws IOException {
    Settings had = ControlFile.read(data(next.plan().backup())).settings();
    return simulator
        .hotStandby(next.hotStandby())
        .settings(
            new Settings(
                had.walLevel(),
                had.walLogHints(),
                next.maxConnections(),
                had.maxWorkerProcesses(),
                had.maxWalSenders(),
                had.maxPreparedTransactions(),
                had.maxLocksPerTransaction(),
                had.trackCommitTimestamp()),
            had);
  }

  private Path data(BaseBackup backup) throws IOException {
    Path data = restored.get(backup);
    if (data == null) {
      data = directory.resolve("restored" + restored.size());
      Restore.of(
              plan(
                  backup,
                  TimelineHistory.first(),
                  RecoveryTarget.latest(),
                  RecoveryTargetAction.PROMOTE))
          .from(archive)
          .into(data)
          .restoreCommand("false")
          .run();
      restored.put(backup, data);
    }
    return data;
  }

  RecoveredServer recover(Case next) throws Exception {
    DirectoryCopy.copy(data(next.plan().backup()), next.data());
    RecoveryConfiguration configuration =
        RecoveryConfiguration.builder(PgVersion.ofMajor(major), next.plan().timeline())
            .target(next.plan().target())
            .action(next.plan().action())
            .restoreCommand(next.wal().restoreCommand())
            .setting("hot_standby", next.hotStandby() ? "on" : "off")
            .setting("max_connections", "" + next.maxConnections())
            .setting("fsync", "off")
            .setting("wal_keep_size", "256MB")
            .build();
    WrittenConfiguration.write(next.data(), configuration);
    return new RecoveredServer(
        PostgresServer.builder(PostgresBinaries.of(major), next.data()).existing(), next.wal());
  }

  /** Removes what a case left, if nothing is to be looked at. */
  static void clean(Case next) throws IOException {
    try (var walk = Files.walk(next.data())) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
