package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
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
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Records that are longer than the receiver has room for, from the stream to a recovered server.
 */
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LongRecordIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int TABLES = 500;

  @TempDir Path directory;

  private PostgresServer server(int major) throws Exception {
    return PostgresServer.builder(PostgresBinaries.of(major), directory.resolve("data"))
        .segmentSize(WalSegmentSize.ofMegabytes(1))
        .setting("max_locks_per_transaction", "1000")
        .setting("autovacuum", "off")
        .create();
  }

  private WalReceiver.Builder receiver(
      ServerAddress address, ArchiveStore archive, String durability) {
    WalReceiver.Builder builder = WalReceiver.from(address).into(archive).slot("walden");
    return switch (durability) {
      case "spool" -> builder.spool(directory.resolve("spool")).spoolLimit(4 << 20);
      case "tail" -> builder.tail();
      default -> builder;
    };
  }

  /** 40 MB in one record, and a commit of thousands of subtransactions and dropped relations. */
  private static void write(PostgresServer server) throws Exception {
    server.execute("SELECT pg_logical_emit_message(true, 'walden', repeat('x', 40000000))");
    List<String> statements = new ArrayList<>();
    statements.add("BEGIN");
    statements.add(
        "DO $$ BEGIN FOR i IN 1.."
            + TABLES
            + " LOOP EXECUTE 'DROP TABLE d' || i; END LOOP; END $$");
    statements.add(
        "DO $$ BEGIN FOR i IN 1..5000 LOOP BEGIN INSERT INTO t VALUES (i);"
            + " EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$");
    statements.add("COMMIT");
    server.execute(statements.toArray(new String[0]));
  }

  @ParameterizedTest
  @CsvSource({"14, segment", "16, tail", "18, spool"})
  void areRecovered(int major, String durability) throws Exception {
    RecoveryPlan plan;
    try (PostgresServer server = server(major)) {
      ServerAddress address = ServerAddress.of(server.jdbcUrl() + "?user=" + server.user());
      server.execute(
          "CREATE TABLE t (i int)",
          "DO $$ BEGIN FOR i IN 1.."
              + TABLES
              + " LOOP EXECUTE 'CREATE TABLE d' || i || ' (t text)'; END LOOP; END $$");
      try (ArchiveStore archive =
              ArchiveStore.openOrCreate(
                  FileSystemStorage.createAt(directory.resolve("archive")),
                  ArchiveSettings.defaults(),
                  ServerIdentity.of(address));
          WalReceiver receiver = receiver(address, archive, durability).start()) {
        BaseBackupTaker.of(address, archive).walTimeout(LIMIT).take();
        write(server);
        server.execute("CREATE TABLE last (i int)");
        Lsn end = Lsn.parse(server.query("SELECT pg_switch_wal()"));
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (receiver.status().archived().isBefore(end)) {
          assertTrue(System.nanoTime() < deadline, receiver.status().toString());
          receiver.await(Duration.ofMillis(20));
        }
        plan = RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
        Restore.of(plan).from(archive).into(directory.resolve("restored")).run();
      }
    }
    try (PostgresServer restored =
        PostgresServer.builder(PostgresBinaries.of(major), directory.resolve("restored"))
            .startExisting()) {
      restored.awaitPromotion(LIMIT);
      assertEquals("5000", restored.query("SELECT count(*) FROM t"));
      assertEquals(
          "0", restored.query("SELECT count(*) FROM pg_class WHERE relname ~ '^d[0-9]+$'"));
      assertEquals("0", restored.query("SELECT count(*) FROM last"));
    }
  }
}
