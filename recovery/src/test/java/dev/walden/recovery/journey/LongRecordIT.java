package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
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

  private WalReceiver.Builder with(String durability, WalReceiver.Builder builder) {
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
    ReceiverFixture fixture =
        ReceiverFixture.into(FileSystemStorage.createAt(directory.resolve("archive"))).limit(LIMIT);
    try (PostgresServer server =
        ReceiverFixture.server(major, directory)
            .setting("max_locks_per_transaction", "1000")
            .create()) {
      server.execute(
          "CREATE TABLE t (i int)",
          "DO $$ BEGIN FOR i IN 1.."
              + TABLES
              + " LOOP EXECUTE 'CREATE TABLE d' || i || ' (t text)'; END LOOP; END $$");
      try (ArchiveStore archive = fixture.archive(server);
          WalReceiver receiver = with(durability, fixture.receiver(server, archive)).start()) {
        BaseBackupTaker.of(ReceiverFixture.address(server), archive).walTimeout(LIMIT).take();
        write(server);
        server.execute("CREATE TABLE last (i int)");
        Lsn end = Lsn.parse(server.query("SELECT pg_switch_wal()"));
        fixture.awaitArchived(receiver, end);
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
