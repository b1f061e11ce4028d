package dev.walden.recovery.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.fs.FileSystemStorage;
import dev.walden.codec.AgeIdentity;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.plan.RecoveryPlan;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.Restore;
import dev.walden.server.backup.BaseBackupTaker;
import dev.walden.server.receive.WalReceiver;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stream, back up, plan, restore, start: for every kind of target, judged by the rows, the control
 * file as the server reads it, and the server's own log.
 */
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RoundTripIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MARKS = 6;
  private static final String POINT = "o'brien \\ ü ";

  @TempDir Path directory;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final List<Mark> marks = new ArrayList<>();
  private int restores;

  /** A transaction: what identifies it, and the moment after it. */
  private record Mark(long xid, Lsn after, Instant time) {}

  private record Case(RecoveryTarget target, int rows, String stop) {}

  private PostgresServer server(int major) throws Exception {
    return ReceiverFixture.server(major, directory)
        .setting("timezone", "America/New_York")
        .setting("archive_mode", "on")
        .setting("archive_command", "touch " + directory.resolve("touched") + "; false")
        .create();
  }

  private ReceiverFixture fixture() throws IOException {
    return ReceiverFixture.into(FileSystemStorage.createAt(directory.resolve("archive")))
        .settings(ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity))
        .limit(LIMIT);
  }

  private void mark(PostgresServer server, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      try (var connection = server.connect();
          var statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("INSERT INTO marks VALUES (" + marks.size() + ")");
        statement.execute("INSERT INTO far VALUES (" + marks.size() + ")");
        long xid;
        try (var row = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
          row.next();
          xid = Long.parseLong(row.getString(1));
        }
        connection.commit();
        connection.setAutoCommit(true);
        try (var row =
            statement.executeQuery(
                "SELECT pg_current_wal_insert_lsn(), extract(epoch FROM clock_timestamp())")) {
          row.next();
          long micros = row.getBigDecimal(2).movePointRight(6).longValueExact();
          marks.add(
              new Mark(
                  xid,
                  Lsn.parse(row.getString(1)),
                  Instant.EPOCH.plusNanos(Math.multiplyExact(micros, 1000L))));
        }
        statement.execute(
            "SELECT pg_create_restore_point('" + POINT.replace("'", "''") + marks.size() + "')");
        statement.execute("SELECT pg_sleep(0.02)");
      }
    }
  }

  private void awaitArchived(WalReceiver receiver, PostgresServer server) throws Exception {
    server.execute("CREATE TABLE IF NOT EXISTS last (i int)");
    Lsn end = Lsn.parse(server.query("SELECT pg_switch_wal()"));
    fixture().awaitArchived(receiver, end);
  }

  private List<Case> cases() {
    Mark third = marks.get(2);
    return List.of(
        new Case(
            RecoveryTarget.transaction(third.xid),
            3,
            "recovery stopping after commit of transaction " + third.xid + ","),
        new Case(
            RecoveryTarget.beforeTransaction(third.xid),
            2,
            "recovery stopping before commit of transaction " + third.xid + ","),
        new Case(
            RecoveryTarget.time(third.time),
            3,
            "recovery stopping before commit of transaction " + marks.get(3).xid + ","),
        new Case(
            RecoveryTarget.name(POINT + 3),
            3,
            "recovery stopping at restore point \"" + POINT + "3\","),
        new Case(
            RecoveryTarget.beforeLsn(third.after),
            3,
            "recovery stopping before WAL location (LSN) \"" + third.after + "\""),
        new Case(RecoveryTarget.immediate(), 0, "recovery stopping after reaching consistency"),
        new Case(RecoveryTarget.latest(), MARKS, "redo done at"));
  }

  private PostgresServer restore(ArchiveStore archive, RecoveryPlan plan, int major)
      throws Exception {
    Path data = directory.resolve("restored" + ++restores);
    Restore.of(plan)
        .from(archive)
        .into(data)
        .tablespacesUnder(directory.resolve("spaces" + restores))
        .run();
    PostgresServer restored =
        PostgresServer.builder(PostgresBinaries.of(major), data)
            .setting("wal_keep_size", "512MB")
            .startExisting();
    restored.awaitPromotion(LIMIT);
    return restored;
  }

  private static void assertMarks(int expected, PostgresServer restored, Object what)
      throws Exception {
    String rows = "SELECT coalesce(string_agg(i::text, ',' ORDER BY i), '') FROM ";
    StringBuilder wanted = new StringBuilder();
    for (int i = 0; i < expected; i++) {
      wanted.append(i == 0 ? "" : ",").append(i);
    }
    assertEquals(wanted.toString(), restored.query(rows + "marks"), what.toString());
    assertEquals(wanted.toString(), restored.query(rows + "far"), what.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void everyKindOfTarget(int major) throws Exception {
    try (PostgresServer server = server(major);
        ArchiveStore archive = fixture().archive(server)) {
      try (WalReceiver receiver =
          WalReceiver.from(ReceiverFixture.address(server)).into(archive).slot("walden").start()) {
        Path space = Files.createDirectory(directory.resolve("space"));
        server.execute(
            "CREATE TABLE marks (i int)",
            "CREATE TABLESPACE far LOCATION '" + space + "'",
            "CREATE TABLE far (i int) TABLESPACE far");
        BaseBackupTaker.of(ReceiverFixture.address(server), archive).take();
        mark(server, MARKS);
        awaitArchived(receiver, server);
      }
      server.stop();
      Files.deleteIfExists(directory.resolve("touched"));
      for (Case next : cases()) {
        RecoveryPlan plan = RecoveryPlanner.of(archive).plan(next.target);
        try (PostgresServer restored = restore(archive, plan, major)) {
          assertMarks(next.rows, restored, next.target);
          assertTrue(
              Pattern.compile(Pattern.quote(next.stop)).matcher(restored.log()).find(),
              next.target + "\n" + restored.log());
          restored.execute("CHECKPOINT");
          assertEquals(
              "2", restored.query("SELECT timeline_id FROM pg_control_checkpoint()"), next.stop);
          restored.execute("SELECT pg_switch_wal()");
          assertEquals("off", restored.query("SHOW archive_mode"), "archives its new timeline");
        }
      }
      assertTrue(
          Files.notExists(directory.resolve("touched")), "a restored server ran archive_command");
    }
  }

  @Test
  void recoversTwiceInARowAndBackToTheFirstTimeline() throws Exception {
    try (PostgresServer server = server(17);
        ArchiveStore archive = fixture().archive(server)) {
      try (WalReceiver receiver =
          WalReceiver.from(ReceiverFixture.address(server)).into(archive).slot("walden").start()) {
        server.execute("CREATE TABLE marks (i int)", "CREATE TABLE far (i int)");
        BaseBackupTaker.of(ReceiverFixture.address(server), archive).take();
        mark(server, MARKS);
        awaitArchived(receiver, server);
      }
      server.stop();
      Mark third = marks.get(2);
      RecoveryPlan first = RecoveryPlanner.of(archive).plan(RecoveryTarget.transaction(third.xid));
      try (PostgresServer second = restore(archive, first, 17)) {
        assertMarks(3, second, first);
        try (WalReceiver receiver =
            WalReceiver.from(ReceiverFixture.address(second))
                .into(archive)
                .slot("walden")
                .start()) {
          second.execute("INSERT INTO marks VALUES (3)", "INSERT INTO far VALUES (3)");
          awaitArchived(receiver, second);
        }
      }
      RecoveryPlan again = RecoveryPlanner.of(archive).plan(RecoveryTarget.latest());
      assertEquals(new TimelineId(2), again.timeline());
      try (PostgresServer thirdServer = restore(archive, again, 17)) {
        assertMarks(4, thirdServer, again);
        thirdServer.execute("CHECKPOINT");
        assertEquals("3", thirdServer.query("SELECT timeline_id FROM pg_control_checkpoint()"));
      }
      RecoveryPlan back =
          RecoveryPlanner.of(archive)
              .targetTimeline(RecoveryTargetTimeline.of(TimelineId.FIRST))
              .plan(RecoveryTarget.latest());
      try (PostgresServer original = restore(archive, back, 17)) {
        assertMarks(MARKS, original, back);
        original.execute("CHECKPOINT");
        assertEquals(
            "3",
            original.query("SELECT timeline_id FROM pg_control_checkpoint()"),
            "timeline 2 is taken");
      }
    }
  }
}
