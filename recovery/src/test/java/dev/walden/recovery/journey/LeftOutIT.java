package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupWarning;
import dev.walden.backup.BaseBackup;
import dev.walden.backup.LeftOutParts;
import dev.walden.backup.PartsLeftOutException;
import dev.walden.importing.BackupImport;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.PlanWarning;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.receive.WalReceiver;
import dev.walden.server.receive.WalReceiverStatus;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server leaves out of a base backup is noticed. */
@Timeout(value = 200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeftOutIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path PG_BASEBACKUP = Path.of("/usr/lib/postgresql/15/bin/pg_basebackup");

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final ReceiverFixture fixture = ReceiverFixture.into(storage).limit(LIMIT);

  private static String databaseDirectory(PostgresServer server) throws Exception {
    return "base/" + server.query("SELECT oid FROM pg_database WHERE datname = 'moved'");
  }

  /** Moves a part of the stopped server elsewhere and links it. */
  private void link(PostgresServer server, String part) throws IOException {
    Path here = server.dataDirectory().resolve(part);
    Path there = directory.resolve("elsewhere-" + part.replace('/', '-'));
    Files.move(here, there);
    Files.createSymbolicLink(here, there);
  }

  private void fifo(PostgresServer server, String name) throws Exception {
    Process made =
        new ProcessBuilder("mkfifo", server.dataDirectory().resolve(name).toString()).start();
    assertTrue(made.waitFor(10, TimeUnit.SECONDS));
    assertEquals(0, made.exitValue());
  }

  private static BaseBackupTaker taker(PostgresServer server, ArchiveStore archive) {
    return BaseBackupTaker.of(ReceiverFixture.address(server), archive);
  }

  private void assertRefused(PostgresServer server, ArchiveStore archive, String... parts)
      throws Exception {
    List<String> before = backupObjects();
    PartsLeftOutException refused =
        assertThrows(PartsLeftOutException.class, () -> taker(server, archive).take());
    assertEquals(List.of(parts), refused.parts());
    assertTrue(refused.getMessage().contains(parts[0]), refused.getMessage());
    assertEquals(before, backupObjects());
  }

  private List<String> backupObjects() {
    return storage.list("", "", 10_000).stream()
        .map(StoredObject::name)
        .filter(name -> name.contains("/backup/"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void aLinkedDatabaseIsRefusedOrRecorded(int major) throws Exception {
    try (PostgresServer server =
            ReceiverFixture.server(major, directory)
                // else a server that is set so would say nothing
                .setting("client_min_messages", "error")
                .create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute("CREATE DATABASE moved", "CREATE TABLE t AS SELECT 1 AS i");
      String database = databaseDirectory(server);
      server.stop();
      link(server, database);
      fifo(server, "special");
      server.start();
      BaseBackup backup;
      try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
        assertRefused(server, archive, database);
        backup = taker(server, archive).leftOutParts(LeftOutParts.RECORD).take();
        server.execute("CREATE TABLE u ()", "SELECT pg_switch_wal()");
        fixture.awaitArchived(receiver, ReceiverFixture.SEGMENT_SIZE.floor(server.flushed()));
      }
      assertEquals(List.of(backup), archive.backups().usable());
      assertEquals(
          List.of("skipping special file \"./special\"", skipped(database)),
          backup.warnings().stream().map(BackupWarning::message).sorted(reversed()).toList());
      for (BackupWarning warning : backup.warnings()) {
        assertEquals("WARNING 01000 sendDir", fields(warning));
      }
      RecoveryPlan plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
      assertEquals(2, warnings(plan).size(), plan.explain());
      assertTrue(plan.explain().contains(skipped(database)), plan.explain());
      Path restored = directory.resolve("restored");
      Restore.of(plan).from(archive).into(restored).run();
      server.stop();
      try (PostgresServer copy =
          PostgresServer.builder(PostgresBinaries.of(major), restored).startExisting()) {
        copy.awaitPromotion(LIMIT);
        assertEquals("1", copy.query("SELECT i FROM t"));
      }
    }
  }

  private static Comparator<String> reversed() {
    return Comparator.reverseOrder();
  }

  private static String skipped(String part) {
    return "skipping special file \"./" + part + '"';
  }

  private static String fields(BackupWarning warning) {
    return warning.severity() + " " + warning.sqlState() + " " + warning.routine();
  }

  private static List<PlanWarning> warnings(RecoveryPlan plan) {
    return plan.warnings().stream()
        .filter(warning -> warning.kind() == PlanWarning.Kind.BACKUP_WARNING)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void aLinkedDirectoryIsRefusedAndASpecialFileElsewhereIsNot(int major) throws Exception {
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(server, archive).start()) {
      fifo(server, "special");
      fifo(server, "base.fifo");
      BaseBackup backup = taker(server, archive).take();
      assertEquals(2, backup.warnings().size(), backup.warnings()::toString);
      server.stop();
      link(server, "pg_multixact/members");
      server.start();
      assertRefused(server, archive, "pg_multixact/members");
      server.stop();
      link(server, "pg_multixact");
      server.start();
      assertRefused(server, archive, "pg_multixact");
      assertEquals(List.of(backup), archive.backups().usable());
      assertNotEquals(WalReceiverStatus.State.STOPPED, receiver.status().state());
    }
  }

  private Path pgBasebackup(PostgresServer server, String name) throws Exception {
    assumeTrue(Files.isExecutable(PG_BASEBACKUP), "no pg_basebackup of Debian's PostgreSQL 15");
    Path backup = directory.resolve(name);
    Path log = directory.resolve(name + ".log");
    Process process =
        new ProcessBuilder(
                PG_BASEBACKUP.toString(),
                "-h127.0.0.1",
                "-p" + server.port(),
                "-U" + server.user(),
                "-cfast",
                "-Xstream",
                "-D" + backup)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "pg_basebackup does not end");
    assertEquals(0, process.exitValue(), Files.readString(log));
    return backup;
  }

  private static void assertImportRefused(Path backup, ArchiveStore archive, String... parts) {
    PartsLeftOutException refused =
        assertThrows(PartsLeftOutException.class, () -> BackupImport.run(backup, archive));
    assertEquals(List.of(parts), refused.parts());
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15})
  void anImportIsJudgedByWhatArrived(int major) throws Exception {
    try (PostgresServer server = ReceiverFixture.server(major, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute("CREATE DATABASE moved");
      String database = databaseDirectory(server);
      fifo(server, "special");
      assertEquals(List.of(), BackupImport.run(pgBasebackup(server, "whole"), archive).warnings());
      List<String> before = backupObjects();
      server.stop();
      link(server, database + "/PG_VERSION");
      link(server, "pg_multixact");
      server.start();
      Path backup = pgBasebackup(server, "lacking");
      assertImportRefused(backup, archive, "pg_multixact/members", "pg_multixact/offsets");
      assertEquals(before, backupObjects());
      BaseBackup recorded = BackupImport.run(backup, archive, LeftOutParts.RECORD);
      assertEquals(
          List.of(
              database + "/PG_VERSION is not in the backup",
              "pg_multixact/members is not in the backup",
              "pg_multixact/offsets is not in the backup"),
          recorded.warnings().stream().map(BackupWarning::message).toList());
      assertEquals(recorded, archive.backup(recorded.id()));
      RecoveryPlan plan =
          RecoveryPlanner.of(archive).backup(recorded.id()).plan(RecoveryTarget.immediate());
      assertEquals(3, warnings(plan).size(), plan.explain());
      server.stop();
      Path members = server.dataDirectory().resolve("pg_multixact");
      Files.delete(members);
      Files.move(directory.resolve("elsewhere-pg_multixact"), members);
      server.start();
      assertImportRefused(pgBasebackup(server, "database"), archive, database);
    }
  }
}
