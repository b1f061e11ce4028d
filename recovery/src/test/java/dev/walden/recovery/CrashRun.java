package dev.walden.recovery;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.codec.AgeIdentity;
import dev.walden.server.BaseBackupTaker;
import dev.walden.server.ServerAddress;
import dev.walden.server.WalReceiver;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A primary whose synchronous standby is a receiver, and clients that commit, while one thing after
 * another goes wrong, by lot. What is recovered from the archive must have all commits that
 * returned. The lot does not decide when exactly something happens: another run with the same seed
 * is similar, not the same.
 */
final class CrashRun implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int WRITERS = 4;

  /** What goes wrong. */
  private enum Event {
    KILL_RECEIVER,
    KILL_SERVER,
    KILL_BOTH,
    RESTART_SERVER,
    FREEZE_RECEIVER,
    FREEZE_WALSENDER,
    FREEZE_SERVER,
    SWITCH_SEGMENT
  }

  private final PostgresBinaries binaries;
  private final boolean spooled;
  private final Random random;
  private final Path directory;
  private final Path storage;
  private final Path spool;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final List<String> happened = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private final ArchiveStore archive;
  private final CommitWriters writers;
  private PostgresServer server;
  private ReceiverProcess receiver;
  private int recoveries;
  private long compared;

  /** Makes the primary, and has it archived. */
  CrashRun(PostgresBinaries binaries, boolean spooled, long seed, Path directory)
      throws IOException, SQLException, InterruptedException {
    this.binaries = binaries;
    this.spooled = spooled;
    this.random = new Random(seed);
    this.directory = directory;
    storage = directory.resolve("archive");
    spool = directory.resolve("spool");
    FileSystemStorage.createAt(storage).close();
    server =
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
    archive =
        ArchiveStore.openOrCreate(
            FileSystemStorage.at(storage),
            ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity),
            ServerAddress.of(url()).identity());
    startReceiver(0);
    BaseBackupTaker.of(ServerAddress.of(url()), archive).walTimeout(LIMIT).take();
    writers = new CommitWriters(server, WRITERS, seed);
  }

  private String url() {
    return server.jdbcUrl() + "?ApplicationName=walden&user=" + server.user();
  }

  private void startReceiver(long faults) throws IOException {
    Map<String, String> arguments = new TreeMap<>();
    arguments.put("server", url());
    arguments.put("storage", storage.toString());
    arguments.put("recipient", identity.recipient().toString());
    arguments.put("faults", Long.toString(faults));
    if (spooled) {
      arguments.put("spool", spool.toString());
      arguments.put("limit", Long.toString(random.nextBoolean() ? 4L << 20 : 1L << 30));
    }
    receiver = new ReceiverProcess(arguments, directory.resolve("receiver.log"));
  }

  /** Does so many things, recovers now and then, and at the end. */
  void run(int rounds) throws Exception {
    for (int i = 0; i < rounds; i++) {
      if (random.nextInt(3) == 0) {
        pause(500);
      } else {
        awaitCommits(20 + random.nextInt(200));
      }
      Event[] all = Event.values();
      go(all[random.nextInt(all.length)]);
      if (i == rounds - 1 || random.nextInt(8) == 0) {
        recover(i == rounds - 1);
      }
    }
  }

  private void awaitCommits(int more) throws Exception {
    int wanted = writers.count() + more;
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (writers.count() < wanted) {
      if (System.nanoTime() > deadline || !receiver.isAlive()) {
        throw failure(
            (receiver.isAlive() ? "commits do not return" : "the receiver has ended")
                + "; the server's log:\n"
                + server.log()
                + "\nthe receiver's:\n"
                + receiver.log());
      }
      Thread.sleep(5);
    }
  }

  private AssertionError failure(String what) {
    return new AssertionError(what + "\nwhat happened: " + happened);
  }

  private void note(String what) {
    happened.add(what);
    counts.merge(what.replaceFirst(" .*", ""), 1, Integer::sum);
  }

  private void pause(int most) throws InterruptedException {
    TimeUnit.MICROSECONDS.sleep(random.nextInt(most * 1000));
  }

  private void go(Event event) throws Exception {
    note(event + " " + writers.count());
    switch (event) {
      case KILL_RECEIVER -> killReceiver();
      case KILL_SERVER -> killServer();
      case KILL_BOTH -> {
        killBoth();
        startBoth();
      }
      case RESTART_SERVER -> server.restart();
      case FREEZE_RECEIVER -> {
        String frozen = Long.toString(receiver.pid());
        signal("STOP", frozen);
        freeze(this::killServer);
        signal("CONT", frozen);
      }
      case FREEZE_WALSENDER -> {
        String frozen =
            server.query(
                "SELECT string_agg(pid::text, ' ') FROM pg_stat_replication"
                    + " WHERE application_name = 'walden'");
        signal("STOP", frozen);
        freeze(this::killReceiver);
        signal("CONT", frozen);
      }
      case FREEZE_SERVER -> {
        server.freeze();
        freeze(this::killReceiver);
        server.thaw();
      }
      default -> server.execute("SELECT pg_switch_wal()", "CHECKPOINT");
    }
  }

  private void killBoth() throws IOException, InterruptedException {
    if (random.nextBoolean()) {
      receiver.kill();
      pause(200);
      server.kill();
    } else {
      server.kill();
      pause(200);
      receiver.kill();
    }
  }

  private void startBoth() throws IOException, InterruptedException {
    if (random.nextBoolean()) {
      startReceiver(random.nextLong());
      pause(1000);
      server.start();
    } else {
      server.start();
      pause(1000);
      startReceiver(random.nextLong());
    }
  }

  private void killReceiver() throws IOException, InterruptedException {
    receiver.kill();
    pause(500);
    startReceiver(random.nextLong());
  }

  private void killServer() throws IOException, InterruptedException {
    server.kill();
    pause(500);
    server.start();
  }

  private interface Blow {
    void strike() throws IOException, InterruptedException;
  }

  /** Now and then longer than one peer waits for the other, which may meanwhile be killed. */
  private void freeze(Blow other) throws IOException, InterruptedException {
    pause(random.nextInt(4) == 0 ? 6000 : 500);
    if (random.nextInt(3) == 0) {
      note("KILL_OTHER");
      other.strike();
      pause(500);
    }
  }

  private static void signal(String name, String processes)
      throws IOException, InterruptedException {
    // a walsender may be gone, or not be there yet
    new ProcessBuilder("sh", "-c", "kill -s " + name + ' ' + processes + " 2>/dev/null")
        .start()
        .waitFor(10, TimeUnit.SECONDS);
  }

  /** Loses the server, and compares what is recovered without it; then goes on with one of both. */
  private void recover(boolean last) throws Exception {
    boolean receiverLives = !spooled && random.nextInt(3) == 0;
    if (receiverLives) {
      server.kill();
      pause(200);
    } else {
      killBoth();
    }
    if (spooled) {
      WalReceiver.archiveSpool(archive, spool);
    }
    PostgresServer recovered = recovered();
    try {
      recovered.awaitPromotion(LIMIT);
      List<String> differences = writers.differences(recovered);
      if (!differences.isEmpty()) {
        throw failure(differences + "\n" + archive.inventory().tails() + recovered.log());
      }
      compared += writers.count();
      recoveries++;
    } catch (IOException | SQLException | AssertionError e) {
      recovered.close();
      throw e;
    }
    receiver.kill();
    if (random.nextBoolean() || last) {
      note("RECOVERED " + writers.count());
      recovered.close();
      server.start();
    } else {
      note("FAILED_OVER " + writers.count());
      // so that from its first commit on they wait
      recovered.execute("ALTER SYSTEM SET synchronous_standby_names = 'walden'");
      recovered.restart();
      server = recovered;
      writers.turnTo(server);
    }
    if (!last) {
      startReceiver(random.nextLong());
      awaitCommits(1);
      BaseBackupTaker.of(ServerAddress.of(url()), archive).walTimeout(LIMIT).take();
    }
  }

  private PostgresServer recovered() throws IOException, InterruptedException {
    RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
    Path data = directory.resolve("server-" + (recoveries + 1));
    Restore restore = Restore.of(plan).from(archive).into(data);
    // a process for each segment takes its time
    if (random.nextInt(3) == 0 && plan.segmentCount() < 16) {
      restore.restoreCommand(
          RestoreCommand.shell(
              RestoreCommandProgram.command(
                  storage, identity.secretKey(), RestoreCommandProgram.Trouble.NONE)));
    }
    restore.run();
    return PostgresServer.startExisting(binaries, data);
  }

  /** What was done. */
  String report() {
    return counts
        + ", "
        + writers.count()
        + " commits returned, looked for "
        + compared
        + " in "
        + recoveries
        + " recoveries";
  }

  @Override
  public void close() throws IOException {
    receiver.close();
    try (archive;
        PostgresServer current = server;
        writers) {
      current.kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
