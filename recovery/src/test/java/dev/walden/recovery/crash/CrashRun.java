package dev.walden.recovery.crash;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.codec.AgeIdentity;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.crash.CrashingPair.Event;
import dev.walden.recovery.journey.TestPlace;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.recovery.restore.RestoreCommand;
import dev.walden.recovery.restore.RestoreCommandProgram;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A primary whose synchronous standby is a receiver, and clients that commit, while one thing after
 * another goes wrong, by lot. What is recovered from the archive must have all commits that
 * returned. The lot does not decide when exactly something happens: another run with the same seed
 * is similar, not the same.
 */
final class CrashRun {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int WRITERS = 4;

  private final PostgresBinaries binaries;
  private final boolean spooled;
  private final long seed;
  private final Random random;
  private final Path directory;
  private final String place;
  private final Path spool;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final List<String> happened = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private int recoveries;
  private long compared;

  /**
   * @param place of the archive, which is empty, as {@link TestPlace} takes it
   */
  CrashRun(PostgresBinaries binaries, boolean spooled, long seed, Path directory, String place) {
    this.binaries = binaries;
    this.spooled = spooled;
    this.seed = seed;
    this.random = new Random(seed);
    this.directory = directory;
    this.place = place;
    spool = directory.resolve("spool");
  }

  /**
   * Does so many things, recovers now and then, and at the end.
   *
   * @return what was done
   * @throws AssertionError if a commit is lost, or none returns any more
   */
  String run(int rounds) throws Exception {
    PostgresServer first = primary();
    try (ArchiveStore archive = archive(first);
        CrashingPair pair =
            new CrashingPair(first, arguments(), directory.resolve("receiver.log"), random)) {
      backUp(first, archive);
      try (CommitWriters writers = new CommitWriters(first, WRITERS, seed)) {
        for (int i = 0; i < rounds; i++) {
          round(pair, writers);
          if (i < rounds - 1 && random.nextInt(8) == 0) {
            goOn(pair, lose(pair, writers, archive), writers, archive);
          }
        }
        lose(pair, writers, archive).close();
        return String.format(
            "%s, %d commits returned, looked for %d in %d recoveries",
            counts, writers.count(), compared, recoveries);
      }
    } catch (AssertionError | Exception e) {
      throw new AssertionError("what happened, and after how many commits: " + happened, e);
    }
  }

  private PostgresServer primary() throws IOException, SQLException, InterruptedException {
    PostgresServer server =
        PostgresServer.builder(binaries, directory.resolve("server-0"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .setting("max_wal_size", "32MB")
            .setting("min_wal_size", "2MB")
            .setting("wal_sender_timeout", "4s")
            .setting("synchronous_standby_names", "walden")
            .create();
    server.execute(
        "SET synchronous_commit = local",
        CommitWriters.TABLE,
        "ALTER TABLE marks ALTER v SET STORAGE EXTERNAL");
    return server;
  }

  private ArchiveStore archive(PostgresServer server) throws IOException {
    return ArchiveStore.openOrCreate(
        TestPlace.open(place),
        ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity),
        ServerIdentity.of(ServerAddress.of(CrashingPair.url(server))));
  }

  private Map<String, String> arguments() {
    Map<String, String> arguments = new HashMap<>();
    arguments.put("storage", place);
    arguments.put("recipient", identity.recipient().toString());
    if (spooled) {
      arguments.put("spool", spool.toString());
    }
    return arguments;
  }

  private static void backUp(PostgresServer server, ArchiveStore archive)
      throws IOException, InterruptedException {
    ServerAddress address = ServerAddress.of(CrashingPair.url(server));
    BaseBackupTaker.of(address, archive).walTimeout(LIMIT).take();
  }

  private void round(CrashingPair pair, CommitWriters writers) throws Exception {
    if (random.nextInt(3) == 0) {
      pair.pause(500);
    } else {
      awaitCommits(20 + random.nextInt(200), pair, writers);
    }
    Event[] all = Event.values();
    Event event = all[random.nextInt(all.length)];
    note(event.name(), writers);
    pair.happen(event);
  }

  private void note(String what, CommitWriters writers) {
    happened.add(what + ' ' + writers.count());
    counts.merge(what, 1, Integer::sum);
  }

  private static void awaitCommits(int more, CrashingPair pair, CommitWriters writers)
      throws Exception {
    int wanted = writers.count() + more;
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (writers.count() < wanted) {
      if (System.nanoTime() > deadline || !pair.receiver().isAlive()) {
        throw new AssertionError(
            (pair.receiver().isAlive() ? "commits do not return" : "the receiver has ended")
                + "; the server's log:\n"
                + end(pair.server().log())
                + "\nthe receiver's:\n"
                + end(pair.receiver().log()));
      }
      Thread.sleep(5);
    }
  }

  private static String end(String log) {
    return log.substring(Math.max(0, log.length() - 10_000));
  }

  /** Loses the server, and compares what is recovered without it. */
  private PostgresServer lose(CrashingPair pair, CommitWriters writers, ArchiveStore archive)
      throws Exception {
    if (!spooled && random.nextInt(3) == 0) {
      // the receiver does not know that nothing will come any more
      pair.server().kill();
      pair.pause(200);
    } else {
      pair.kill();
    }
    if (spooled) {
      WalReceiver.archiveSpool(archive, spool);
    }
    PostgresServer recovered = recovered(archive);
    try {
      compare(recovered, writers, archive);
      pair.receiver().kill();
      return recovered;
    } catch (Exception | AssertionError e) {
      recovered.close();
      throw e;
    }
  }

  /** Goes on with the server that was lost, or with what was recovered. */
  private void goOn(
      CrashingPair pair, PostgresServer recovered, CommitWriters writers, ArchiveStore archive)
      throws Exception {
    PostgresServer lost = pair.server();
    if (random.nextBoolean()) {
      note("FAILED_OVER", writers);
      try {
        // with a restart they wait from the first commit on
        recovered.execute("ALTER SYSTEM SET synchronous_standby_names = 'walden'");
        recovered.restart();
      } catch (Exception e) {
        recovered.close();
        throw e;
      }
      pair.start(recovered);
      writers.turnTo(recovered);
      delete(lost.dataDirectory());
    } else {
      note("RECOVERED", writers);
      recovered.close();
      delete(recovered.dataDirectory());
      pair.start(lost);
    }
    awaitCommits(1, pair, writers);
    // or each recovery takes longer than the one before
    backUp(pair.server(), archive);
  }

  private void compare(PostgresServer recovered, CommitWriters writers, ArchiveStore archive)
      throws Exception {
    recovered.awaitPromotion(LIMIT);
    List<String> differences = writers.differences(recovered);
    if (!differences.isEmpty()) {
      throw new AssertionError(
          differences + "\n" + archive.inventory().tails() + "\n" + recovered.log());
    }
    compared += writers.count();
    recoveries++;
  }

  private PostgresServer recovered(ArchiveStore archive) throws IOException, InterruptedException {
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
    Path data = directory.resolve("server-" + (recoveries + 1));
    Restore restore = Restore.of(plan).from(archive).into(data);
    // a process for each segment takes its time
    if (random.nextInt(3) == 0 && plan.segmentCount() < 16) {
      restore =
          restore.restoreCommand(
              RestoreCommand.shell(
                  RestoreCommandProgram.command(
                      place, identity.secretKey(), RestoreCommandProgram.Trouble.NONE)));
    }
    restore.run();
    return PostgresServer.startExisting(binaries, data);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
