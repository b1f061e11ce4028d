package dev.walden.recovery.agreement;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.archive.inventory.WalPath.Continuous;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ControlFile;
import dev.walden.cluster.ControlFile.Settings;
import dev.walden.cluster.PgVersion;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.crash.DirectoryCopy;
import dev.walden.recovery.path.ArchiveEnd;
import dev.walden.recovery.path.ArchiveEnd.Hole;
import dev.walden.recovery.path.Recoverable;
import dev.walden.recovery.plan.PlannedWal;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.restore.PreloadedWal;
import dev.walden.recovery.restore.RecoveryConfiguration;
import dev.walden.recovery.restore.Restore;
import dev.walden.recovery.restore.WrittenConfiguration;
import dev.walden.recovery.simulate.RecoverySimulator;
import dev.walden.recovery.simulate.WalDelivery;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Draws cases from an archive, and carries them out. */
final class AgreementCases {
  private final SeenArchive whole;
  private final Path directory;
  private final Map<BaseBackup, Path> restored = new HashMap<>();
  private final Map<TimelineId, Map<Lsn, AgreementTargets>> targets = new HashMap<>();

  /**
   * Begins to draw.
   *
   * @param directory where restored servers go
   */
  AgreementCases(SeenArchive whole, Path directory) throws IOException {
    this.whole = whole;
    this.directory = Files.createDirectories(directory);
  }

  ArchiveStore archive() {
    return whole.archive();
  }

  /** Draws a case; in some of them WAL is damaged or missing. */
  AgreementCase draw(Random random, String name) throws IOException {
    boolean hotStandby = random.nextInt(5) > 0;
    RecoveryTargetAction action =
        random.nextInt(3) > 0
            ? RecoveryTargetAction.PROMOTE
            : RecoveryTargetAction.values()[random.nextInt(RecoveryTargetAction.values().length)];
    WalDelivery delivery = WalDelivery.values()[random.nextInt(WalDelivery.values().length)];
    AgreementCase drawn = draw(random, name, action, hotStandby);
    SeenArchive seen = whole;
    RecoveryTarget target = drawn.plan().target();
    if (random.nextInt(4) == 0) {
      seen = harmed(random, drawn);
      // or to where the damage is
      target = random.nextBoolean() ? target : RecoveryTarget.latest();
    }
    return delivered(drawn, target, seen, delivery);
  }

  private SeenArchive harmed(Random random, AgreementCase drawn) throws IOException {
    RecoveryPlan plan = drawn.plan();
    Path copy = drawn.folder().resolve("archive");
    Optional<Lsn> place = targets(plan.history(), plan.backup().endLsn()).record(random);
    if (place.isEmpty() || random.nextInt(3) == 0) {
      long first = plan.cluster().segmentSize().segmentNumber(plan.backup().startLsn());
      return whole.holed(random, first, copy);
    }
    WalSegment segment = new WalPath(whole.inventory(), plan.history()).segment(place.get());
    return whole.damaged(random, segment, place.get(), copy);
  }

  /** Draws a case whose archive is as it is. */
  AgreementCase draw(Random random, String name, RecoveryTargetAction action, boolean hotStandby)
      throws IOException {
    List<BaseBackup> backups = archive().backups().usable();
    BaseBackup backup = backups.get(random.nextInt(backups.size()));
    List<TimelineHistory> histories = new ArrayList<>(Recoverable.histories(whole.inventory()));
    if (random.nextInt(8) > 0) {
      histories.removeIf(history -> !Recoverable.leadsTo(history, backup));
    }
    TimelineHistory history = histories.get(random.nextInt(histories.size()));
    Lsn from = random.nextInt(6) == 0 ? backup.startLsn() : backup.endLsn();
    RecoveryTarget target = targets(history, from).draw(random);
    int connections = random.nextInt(3) == 0 ? 40 : 60;
    return new AgreementCase(
        plan(backup, history, target, action),
        hotStandby,
        connections,
        WalDelivery.COPY,
        whole,
        directory.resolve(name));
  }

  private AgreementTargets targets(TimelineHistory history, Lsn from) throws IOException {
    Map<Lsn, AgreementTargets> known =
        targets.computeIfAbsent(history.timeline(), any -> new HashMap<>());
    AgreementTargets found = known.get(from);
    if (found == null) {
      found = new AgreementTargets(whole, history, from);
      known.put(from, found);
    }
    return found;
  }

  /** A plan that nobody checked. */
  private static RecoveryPlan plan(
      BaseBackup backup,
      TimelineHistory history,
      RecoveryTarget target,
      RecoveryTargetAction action) {
    WalSegment first =
        WalSegment.containing(
            backup.startTimeline(), backup.startLsn(), backup.cluster().segmentSize());
    return plan(
        new RecoveryPlan(
            backup.cluster(),
            target,
            target,
            RecoveryTargetTimeline.of(history.timeline()),
            history,
            backup,
            "drawn by lot",
            List.of(any(new WalRange(first.timeline(), first.start(), first.end()), first)),
            false,
            Optional.empty(),
            action,
            List.of()),
        target,
        List.of(),
        false);
  }

  private static PlannedWal any(WalRange range, WalSegment first) {
    return new PlannedWal(range, first.size(), 0);
  }

  private static RecoveryPlan plan(
      RecoveryPlan of, RecoveryTarget target, List<WalRange> ranges, boolean gapAhead) {
    List<PlannedWal> wal =
        ranges.stream().map(range -> new PlannedWal(range, of.cluster().segmentSize(), 0)).toList();
    return new RecoveryPlan(
        of.cluster(),
        target,
        target,
        of.requestedTimeline(),
        of.history(),
        of.backup(),
        of.backupReason(),
        wal.isEmpty() ? of.wal() : wal,
        gapAhead,
        Optional.empty(),
        of.action(),
        List.of());
  }

  /** The case with what the archive holds for it, as a planner lists it. */
  private static AgreementCase delivered(
      AgreementCase drawn, RecoveryTarget target, SeenArchive seen, WalDelivery delivery)
      throws IOException {
    WalInventory wal = seen.inventory();
    RecoveryPlan plan = drawn.plan();
    WalPath path = new WalPath(wal, plan.history());
    Continuous continuous = path.from(plan.backup().startLsn());
    boolean restorable = !continuous.ranges().isEmpty() && wal.history(plan.timeline()).isPresent();
    boolean gap =
        continuous.next().isPresent() || ArchiveEnd.of(wal).after(path, continuous) instanceof Hole;
    return new AgreementCase(
        plan(plan, target, continuous.ranges(), gap && delivery == WalDelivery.RESTORE_COMMAND),
        drawn.hotStandby(),
        drawn.maxConnections(),
        delivery == WalDelivery.PG_WAL && !restorable ? WalDelivery.COPY : delivery,
        seen,
        drawn.folder());
  }

  /** A simulator of the case's server. */
  RecoverySimulator simulator(AgreementCase next) throws IOException {
    Settings had = ControlFile.read(data(next.plan().backup())).settings();
    return RecoverySimulator.of(next.seen().archive())
        .delivery(next.delivery())
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
          .from(archive())
          .into(data)
          .restoreCommand("false")
          .run();
      restored.put(backup, data);
    }
    return data;
  }

  /** Recovers a server. */
  RecoveredServer recover(AgreementCase next) throws Exception {
    Files.createDirectories(next.folder());
    DirectoryCopy.copy(data(next.plan().backup()), next.data());
    RecoveryPlan plan = next.plan();
    PgVersion version = plan.cluster().version();
    if (next.delivery() == WalDelivery.PG_WAL) {
      PreloadedWal.put(next.seen().archive(), plan, next.data());
    }
    AskedFiles files = new AskedFiles(next.seen().archive(), next.delivery(), next.folder());
    RecoveryConfiguration.Builder configuration =
        RecoveryConfiguration.builder(version, plan.timeline())
            .target(plan.target())
            .action(plan.action())
            .restoreCommand(files.command())
            .setting("hot_standby", next.hotStandby() ? "on" : "off")
            .setting("max_connections", "" + next.maxConnections())
            .setting("fsync", "off")
            .setting("wal_keep_size", "256MB");
    if (plan.gapAhead() && version.major() >= 15) {
      configuration.setting("recovery_prefetch", "off");
    }
    WrittenConfiguration.write(next.data(), configuration.build());
    return new RecoveredServer(
        PostgresServer.builder(PostgresBinaries.of(version.major()), next.data()).existing(),
        files);
  }
}
