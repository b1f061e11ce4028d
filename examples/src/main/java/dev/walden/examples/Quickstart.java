package dev.walden.examples;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.backup.BaseBackup;
import dev.walden.codec.AgeIdentity;
import dev.walden.codec.AgeIdentityFile;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.server.ServerAddress;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The whole story on its own PostgreSQL 17: WAL is streamed into a compressed, encrypted archive, a
 * base backup is taken, a table is dropped by mistake, a plan to the moment before is proven and
 * carried out, and the table is back.
 *
 * <p>With arguments, {@code jdbc:postgresql://host:port/?user=… ARCHIVE_DIRECTORY}, it archives
 * your own server instead without changing its data, and proves and restores its latest state below
 * the archive.
 */
public final class Quickstart {
  private static final int ROWS = 300_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Story story = new Story();
  private final Path directory;

  private Quickstart(Path directory) {
    this.directory = directory;
  }

  /** Runs the story. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 0) {
      new Quickstart(Files.createTempDirectory("walden-quickstart-")).onItsOwnServer();
    } else if (arguments.length == 2) {
      new Quickstart(Files.createDirectories(Path.of(arguments[1]).toAbsolutePath()))
          .onYourServer(ServerAddress.of(arguments[0]));
    } else {
      System.err.println("arguments: none, or JDBC_URL ARCHIVE_DIRECTORY");
      System.exit(2);
    }
  }

  private void onItsOwnServer() throws Exception {
    Path restored = directory.resolve("restored");
    AgeIdentity identity = newKeyPair();
    try (PostgresServer server =
        story.step(
            "Start our own PostgreSQL 17",
            () -> PostgresServer.create(PostgresBinaries.of(17), directory.resolve("data")))) {
      ServerAddress address = ServerAddress.of(server.jdbcUrl() + "?user=" + server.user());
      try (ArchiveStore archive = archive(address, identity)) {
        long fatal = disaster(server, address, archive);
        RecoveryPlan plan = prove(archive, RecoveryTarget.beforeTransaction(fatal));
        restore(archive, plan, restored);
        open(restored);
        story.byHand(archiveDirectory(), directory.resolve("key.txt"), plan);
        story.end(directory);
      }
    }
  }

  /** Everything up to the loss of the server; returns the fatal transaction. */
  private long disaster(PostgresServer server, ServerAddress address, ArchiveStore archive)
      throws Exception {
    long fatal;
    try (WalReceiver receiver = receive(address, archive)) {
      story.step("Fill a table with " + ROWS + " rows", () -> fill(server, "accounts"));
      backUp(address, archive);
      story.step("Work continues: another " + ROWS + " rows", () -> fill(server, "orders"));
      fatal = story.step("A table is dropped by mistake", () -> drop(server));
      story.step("Work still continues", () -> fill(server, "more_orders"));
      awaitArchived(receiver, server);
    }
    server.kill();
    story.say("The server is gone. Transaction " + fatal + " dropped the table: stop before it");
    return fatal;
  }

  private void onYourServer(ServerAddress address) throws Exception {
    AgeIdentity identity = newKeyPair();
    try (ArchiveStore archive = archive(address, identity);
        WalReceiver receiver = receive(address, archive)) {
      backUp(address, archive);
      RecoveryPlan plan = prove(archive, RecoveryTarget.immediate());
      Path restored = directory.resolve("restored-" + plan.backup().id());
      restore(archive, plan, restored);
      story.say("Start it with: pg_ctl -D " + restored + " start");
      story.detail("received up to %s so far", receiver.status().received());
      story.say("The slot \"walden\" retains WAL for the next run; drop it if there is none.");
      story.byHand(archiveDirectory(), directory.resolve("key.txt"), plan);
    }
  }

  private Path archiveDirectory() {
    return directory.resolve("archive");
  }

  private AgeIdentity newKeyPair() throws IOException {
    Path file = directory.resolve("key.txt");
    if (Files.exists(file)) {
      return AgeIdentityFile.read(file).get(0);
    }
    AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
    AgeIdentityFile.write(file, identity, Instant.now());
    return identity;
  }

  private ArchiveStore archive(ServerAddress address, AgeIdentity identity) throws IOException {
    ArchiveSettings settings =
        ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity);
    FileSystemStorage storage =
        Files.exists(archiveDirectory())
            ? FileSystemStorage.at(archiveDirectory())
            : FileSystemStorage.createAt(archiveDirectory());
    ArchiveStore archive = ArchiveStore.openOrCreate(storage, settings, ServerIdentity.of(address));
    story.say("The archive is " + archiveDirectory() + ", encrypted to " + identity.recipient());
    return archive;
  }

  private WalReceiver receive(ServerAddress address, ArchiveStore archive) throws IOException {
    story.say("WAL now streams into it, over the replication slot \"walden\"");
    return WalReceiver.from(address).into(archive).slot("walden").start();
  }

  private void backUp(ServerAddress address, ArchiveStore archive) throws Exception {
    BaseBackup backup =
        story.step("Take a base backup", () -> BaseBackupTaker.of(address, archive).take());
    story.detail(
        "%s: %s of files, %s stored in %d parts, consistent at %s",
        backup.id(),
        Story.bytes(backup.plainBytes()),
        Story.bytes(backup.storedBytes()),
        backup.parts().size(),
        backup.endLsn());
  }

  private static Void fill(PostgresServer server, String table) throws SQLException {
    server.execute(
        "CREATE TABLE " + table + " (id int PRIMARY KEY, owner text, balance numeric)",
        "INSERT INTO "
            + table
            + " SELECT i, md5(i::text), i % 1000 FROM generate_series(1, "
            + ROWS
            + ") i");
    return null;
  }

  private static long drop(PostgresServer server) throws SQLException {
    try (var connection = server.connect();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("DROP TABLE accounts");
      try (var row = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
        row.next();
        long xid = Long.parseLong(row.getString(1));
        connection.commit();
        return xid;
      }
    }
  }

  private void awaitArchived(WalReceiver receiver, PostgresServer server) throws Exception {
    Lsn end = Lsn.parse(server.query("SELECT pg_switch_wal()"));
    story.step(
        "Wait until all of it is in the archive",
        () -> {
          long deadline = System.nanoTime() + LIMIT.toNanos();
          while (receiver.status().archived().isBefore(end)) {
            if (System.nanoTime() > deadline || receiver.await(Duration.ofMillis(50))) {
              throw new IOException("WAL does not reach the archive: " + receiver.status());
            }
          }
          return null;
        });
  }

  private RecoveryPlan prove(ArchiveStore archive, RecoveryTarget target) throws Exception {
    RecoveryPlan plan =
        story.step("Prove a recovery plan", () -> RecoveryPlanner.of(archive).plan(target));
    plan.explain().lines().forEach(line -> story.detail("%s", line));
    return plan;
  }

  private void restore(ArchiveStore archive, RecoveryPlan plan, Path restored) throws Exception {
    story.step(
        "Restore into " + restored,
        () ->
            Restore.of(plan)
                .from(archive)
                .into(restored)
                .tablespacesUnder(directory.resolve("tablespaces-" + plan.backup().id()))
                .run());
  }

  private void open(Path restored) throws Exception {
    try (PostgresServer recovered =
        story.step(
            "Start it, and let PostgreSQL replay up to the target",
            () -> {
              PostgresServer started =
                  PostgresServer.startExisting(PostgresBinaries.of(17), restored);
              started.awaitPromotion(LIMIT);
              return started;
            })) {
      recovered
          .log()
          .lines()
          .filter(line -> line.contains("recovery stopping"))
          .forEach(line -> story.detail("the server says: %s", line));
      WalFileName now =
          WalFileName.parse(recovered.query("SELECT pg_walfile_name(pg_current_wal_lsn())"));
      story.say(
          "The lost table is back: "
              + recovered.query("SELECT count(*) FROM accounts")
              + " rows, on timeline "
              + now.timeline());
      for (String table : List.of("orders", "more_orders")) {
        String there = recovered.query("SELECT to_regclass('" + table + "') IS NOT NULL");
        story.detail(
            "%s, created %s: %s",
            table,
            table.equals("orders") ? "before" : "after",
            there.equals("t") ? "there" : "not there");
      }
    }
  }
}
