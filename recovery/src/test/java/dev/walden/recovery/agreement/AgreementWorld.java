package dev.walden.recovery.agreement;

import dev.walden.archive.ArchiveSettings;
import dev.walden.backup.BaseBackup;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.journey.ArchivedCluster;
import dev.walden.recovery.simulate.SimulatedRecovery;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** An archive with a few timelines and backups, made by random work on real servers. */
final class AgreementWorld {
  private static final int STEPS = 60;

  private final int major;
  private final Random random;
  private final Path directory;

  /**
   * Describes an archive.
   *
   * @param directory where it and the servers go
   */
  AgreementWorld(int major, long seed, Path directory) {
    this.major = major;
    this.random = new Random(seed * 100 + major);
    this.directory = directory;
  }

  /** Makes the archive in a folder, with timelines beside the first one. */
  void make(Path archive, int forks) throws Exception {
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
    live(server, archive);
    for (int fork = 1; fork <= forks; fork++) {
      live(fork(archive, "fork" + fork), archive);
    }
  }

  private void live(PostgresServer server, Path archive) throws Exception {
    boolean twice = random.nextBoolean();
    boolean restarted = random.nextInt(3) == 0;
    // how much is done meanwhile is a matter of time
    Random during = new Random(random.nextLong());
    try (ArchivedCluster cluster =
        new ArchivedCluster(server, archive, ArchiveSettings.defaults())) {
      try (AgreementWorkload work = new AgreementWorkload(server, during)) {
        work.run(STEPS / 3);
        CompletableFuture<BaseBackup> backup = CompletableFuture.supplyAsync(() -> take(cluster));
        while (!backup.isDone()) {
          work.run(5);
          Thread.sleep(20);
        }
        backup.join();
        work.run(STEPS);
      }
      if (restarted) {
        server.restart();
      }
      try (AgreementWorkload work = new AgreementWorkload(server, during)) {
        work.run(STEPS / 3);
        if (twice) {
          take(cluster);
          work.run(STEPS / 2);
        }
        cluster.archiveWal();
      }
    }
  }

  private static BaseBackup take(ArchivedCluster cluster) {
    try {
      return cluster.backup();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A server on a new timeline. */
  private PostgresServer fork(Path archive, String name) throws Exception {
    AgreementCases cases = new AgreementCases(SeenArchive.of(archive), directory.resolve(name));
    for (int i = 0; i < 100; i++) {
      AgreementCase next = cases.draw(random, "" + i, RecoveryTargetAction.PROMOTE, true);
      SimulatedRecovery simulated = cases.simulator(next).simulate(next.plan());
      if (simulated.outcome() == Outcome.PROMOTED) {
        RecoveredServer server = cases.recover(next);
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
}
