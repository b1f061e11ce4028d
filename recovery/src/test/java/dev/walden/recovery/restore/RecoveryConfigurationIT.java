package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.cluster.PgVersion;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.crash.DirectoryCopy;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryConfigurationIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String RESTORE_POINT = "o'brien \\ ü";
  private static final String ODD_TEXT = "\\' '' \\n # % \t $1 \"ü€😀\" \\";

  @TempDir Path folder;

  private PostgresServer server(int major) throws Exception {
    return PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("data"))
        .segmentSize(WalSegmentSize.ofMegabytes(1))
        .setting("wal_keep_size", "64MB")
        .create();
  }

  private static void write(Path data, RecoveryConfiguration configuration) throws IOException {
    AutoConfFile.write(data, configuration, PosixFilePermissions.fromString("rw-------"));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void reachesTheTargetWhateverTheBackupBroughtAlong(int major) throws Exception {
    Path copy = folder.resolve("copy");
    Path wal = folder.resolve("wal");
    try (PostgresServer server = server(major)) {
      server.stop();
      DirectoryCopy.copy(server.dataDirectory(), copy);
      server.start();
      server.execute(
          "CREATE TABLE t AS SELECT 1 AS i",
          "SELECT pg_create_restore_point('o''brien \\ ü')",
          "INSERT INTO t VALUES (2)",
          "SELECT pg_switch_wal()");
      server.stop();
      DirectoryCopy.copy(server.dataDirectory().resolve("pg_wal"), wal);
    }
    Path touched = folder.resolve("touched");
    append(
        copy.resolve("postgresql.conf"),
        "recovery_target_time = '2001-01-01 00:00:00+00'",
        "recovery_target_inclusive = off",
        "recovery_target_action = shutdown",
        "recovery_end_command = 'touch " + touched + "'",
        "recovery_min_apply_delay = '1h'",
        "archive_mode = on",
        "archive_command = 'touch " + touched + "'",
        "primary_conninfo = 'host=127.0.0.1 port=1'",
        "primary_slot_name = 'nobody'",
        "synchronous_standby_names = 'nobody'",
        major < 16 ? "promote_trigger_file = '" + touched + "'" : "",
        major < 17 ? "" : "sync_replication_slots = on",
        major < 17 ? "" : "synchronized_standby_slots = 'nobody'");
    append(copy.resolve("postgresql.auto.conf"), "recovery_target_timeline = '7'");
    Files.createFile(copy.resolve("standby.signal"));
    write(
        copy,
        RecoveryConfiguration.builder(PgVersion.ofMajor(major), TimelineId.FIRST)
            .target(RecoveryTarget.name(RESTORE_POINT))
            .restoreCommand("cp '" + wal + "/%f' %p")
            .setting("walden.odd", ODD_TEXT)
            .build());

    try (PostgresServer restored = PostgresServer.startExisting(PostgresBinaries.of(major), copy)) {
      restored.awaitPromotion(LIMIT);
      assertEquals("1", restored.query("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"));
      assertEquals(ODD_TEXT, restored.query("SHOW walden.odd"));
      Map<String, String> expected = new LinkedHashMap<>();
      expected.put("recovery_target_name", RESTORE_POINT);
      expected.put("recovery_target_time", "");
      expected.put("recovery_target_inclusive", "on");
      expected.put("recovery_target_action", "promote");
      expected.put("recovery_target_timeline", "1");
      expected.put("recovery_end_command", "");
      expected.put("recovery_min_apply_delay", "0");
      expected.put("archive_mode", "off");
      expected.put("primary_conninfo", "");
      expected.put("primary_slot_name", "");
      expected.put("synchronous_standby_names", "");
      expected.put("max_logical_replication_workers", "0");
      if (major < 16) {
        expected.put("promote_trigger_file", "");
      }
      if (major >= 17) {
        expected.put("sync_replication_slots", "off");
        expected.put("synchronized_standby_slots", "");
      }
      for (Map.Entry<String, String> setting : expected.entrySet()) {
        assertEquals(
            setting.getValue(), restored.query("SHOW " + setting.getKey()), setting.getKey());
      }
      assertFalse(Files.exists(touched));
      assertFalse(Files.exists(copy.resolve("standby.signal")));
      assertFalse(Files.exists(copy.resolve("recovery.signal")));
    }
  }

  /** Every kind of target, and what the server understands by it. */
  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void theServerReadsEveryKindOfTarget(int major) throws Exception {
    try (PostgresServer server = server(major)) {
      server.execute("ALTER SYSTEM SET timezone = 'America/New_York'");
      server.stop();
      Map<RecoveryTarget, String> targets = new LinkedHashMap<>();
      targets.put(
          RecoveryTarget.parse("2026-07-22T10:00:00.000001Z"), "2026-07-22 10:00:00.000001+00");
      targets.put(RecoveryTarget.beforeTransaction(4294968023L), "727");
      targets.put(RecoveryTarget.parse("lsn:16/B374D848"), "16/B374D848");
      targets.put(RecoveryTarget.parse("name:" + RESTORE_POINT), RESTORE_POINT);
      targets.put(RecoveryTarget.immediate(), "immediate");
      for (Map.Entry<RecoveryTarget, String> target : targets.entrySet()) {
        write(
            server.dataDirectory(),
            RecoveryConfiguration.builder(PgVersion.ofMajor(major), TimelineId.FIRST)
                .target(target.getKey())
                .build());
        Files.delete(server.dataDirectory().resolve("recovery.signal"));
        server.start();
        String name = target.getKey().setting().orElseThrow().name();
        assertEquals(target.getValue(), server.query("SHOW " + name), name);
        assertEquals(
            target.getKey().inclusive() ? "on" : "off",
            server.query("SHOW recovery_target_inclusive"));
        server.stop();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void aStandbyConnectsWithWhatConninfoQuoted(int major) throws Exception {
    Path copy = folder.resolve("copy");
    String name = "o'brien \\ x";
    try (PostgresServer primary = server(major)) {
      primary.stop();
      DirectoryCopy.copy(primary.dataDirectory(), copy);
      primary.start();
      Map<String, String> parameters = new LinkedHashMap<>();
      parameters.put("host", "127.0.0.1");
      parameters.put("port", Integer.toString(primary.port()));
      parameters.put("user", primary.user());
      parameters.put("application_name", name);
      write(
          copy,
          RecoveryConfiguration.builder(PgVersion.ofMajor(major), TimelineId.FIRST)
              .standby(RecoveryConfiguration.conninfo(parameters))
              .followLatestTimeline()
              .build());
      try (PostgresServer standby =
          PostgresServer.startExisting(PostgresBinaries.of(major), copy)) {
        standby.awaitLog(Pattern.compile("started streaming WAL"), LIMIT);
        assertEquals(name, primary.query("SELECT application_name FROM pg_stat_replication"));
        assertEquals("t", standby.query("SELECT pg_is_in_recovery()"));
        assertTrue(Files.exists(copy.resolve("standby.signal")));
      }
    }
  }

  private static void append(Path file, String... lines) throws IOException {
    Files.writeString(
        file,
        "\n" + String.join("\n", lines) + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.APPEND);
  }
}
