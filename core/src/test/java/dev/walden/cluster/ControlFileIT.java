package dev.walden.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFileIT {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql/15/bin");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void agreesWithTheServer(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("data"))
            .segmentSize(WalSegmentSize.ofMegabytes(4))
            .setting("wal_level", "logical")
            .setting("max_connections", "43")
            .initdb("--data-checksums")
            .create()) {
      server.execute("CREATE TABLE t AS SELECT 1 AS i", "CHECKPOINT");
      ControlFile file = ControlFile.read(server.dataDirectory());

      assertEquals(major, file.version().major());
      assertEquals(ControlFile.State.IN_PRODUCTION, file.state());
      Map<String, Object> expected = new LinkedHashMap<>();
      expected.put("system_identifier FROM pg_control_system()", file.systemIdentifier());
      expected.put("catalog_version_no FROM pg_control_system()", file.version().catalogVersion());
      expected.put("pg_control_version FROM pg_control_system()", file.version().controlVersion());
      expected.put(
          "extract(epoch FROM pg_control_last_modified)::bigint FROM pg_control_system()",
          file.time().getEpochSecond());
      expected.put("bytes_per_wal_segment FROM pg_control_init()", file.segmentSize().bytes());
      expected.put("database_block_size FROM pg_control_init()", file.blockSize());
      expected.put("blocks_per_segment FROM pg_control_init()", file.blocksPerRelationFile());
      expected.put("data_page_checksum_version FROM pg_control_init()", 1);
      expected.put("checkpoint_lsn FROM pg_control_checkpoint()", file.checkpoint().location());
      expected.put("redo_lsn FROM pg_control_checkpoint()", file.checkpoint().redo());
      expected.put("timeline_id FROM pg_control_checkpoint()", file.checkpoint().timeline());
      expected.put(
          "prev_timeline_id FROM pg_control_checkpoint()", file.checkpoint().previousTimeline());
      expected.put("next_xid FROM pg_control_checkpoint()", "0:" + file.checkpoint().nextXid());
      expected.put(
          "extract(epoch FROM checkpoint_time)::bigint FROM pg_control_checkpoint()",
          file.checkpoint().time().getEpochSecond());
      expected.put("min_recovery_end_lsn FROM pg_control_recovery()", file.minRecoveryPoint());
      for (Map.Entry<String, Object> e : expected.entrySet()) {
        assertEquals(server.query("SELECT " + e.getKey()), e.getValue().toString(), e.getKey());
      }
      assertTrue(file.dataChecksums());
      assertEquals(ControlFile.WalLevel.LOGICAL, file.settings().walLevel());
      assertEquals(43, file.settings().maxConnections());

      server.stop();
      assertEquals(ControlFile.State.SHUT_DOWN, ControlFile.read(server.dataDirectory()).state());
    }
  }

  @Test
  void agreesWithControldata() throws Exception {
    assumeTrue(Files.isExecutable(DEBIAN.resolve("pg_controldata")), "no pg_controldata 15");
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.at(DEBIAN), folder.resolve("data"))
            .setting("max_wal_senders", "7")
            .setting("max_worker_processes", "11")
            .setting("max_prepared_transactions", "3")
            .setting("max_locks_per_transaction", "65")
            .setting("track_commit_timestamp", "on")
            .setting("wal_log_hints", "on")
            .create()) {
      server.stopImmediate();
      // recovery of what claims to be a standby fills the fields that a primary leaves empty
      Files.createFile(server.dataDirectory().resolve("standby.signal"));
      server.start();
      server.stop();

      ControlFile file = ControlFile.read(server.dataDirectory());
      Map<String, String> said = controldata(server.dataDirectory());
      ControlFile.Settings settings = file.settings();
      assertEquals(said.get("Database system identifier"), file.systemIdentifier().toString());
      assertEquals("shut down in recovery", said.get("Database cluster state"));
      assertEquals(ControlFile.State.SHUT_DOWN_IN_RECOVERY, file.state());
      assertNotEquals("0/0", said.get("Minimum recovery ending location"));
      assertEquals(said.get("Minimum recovery ending location"), "" + file.minRecoveryPoint());
      assertEquals(
          said.get("Min recovery ending loc's timeline"),
          file.minRecoveryPointTimeline().map(TimelineId::toString).orElse("0"));
      assertEquals(said.get("Backup start location"), file.backupStart().toString());
      assertEquals(said.get("Backup end location"), file.backupEnd().toString());
      assertEquals(said.get("End-of-backup record required"), yes(file.backupEndRequired()));
      assertEquals(
          said.get("wal_level setting"), settings.walLevel().name().toLowerCase(Locale.ROOT));
      assertEquals(said.get("wal_log_hints setting"), on(settings.walLogHints()));
      assertEquals(said.get("max_connections setting"), "" + settings.maxConnections());
      assertEquals(said.get("max_worker_processes setting"), "" + settings.maxWorkerProcesses());
      assertEquals(said.get("max_wal_senders setting"), "" + settings.maxWalSenders());
      assertEquals(said.get("max_prepared_xacts setting"), "" + settings.maxPreparedTransactions());
      assertEquals(said.get("max_locks_per_xact setting"), "" + settings.maxLocksPerTransaction());
      assertEquals(said.get("track_commit_timestamp setting"), on(settings.trackCommitTimestamp()));
      assertEquals(said.get("Latest checkpoint's NextXID"), "0:" + file.checkpoint().nextXid());
      assertTrue(file.time().isBefore(Instant.now().plusSeconds(60)));
    }
  }

  private static String yes(boolean value) {
    return value ? "yes" : "no";
  }

  private static String on(boolean value) {
    return value ? "on" : "off";
  }

  private static Map<String, String> controldata(Path data) throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(DEBIAN.resolve("pg_controldata").toString(), data.toString());
    command.environment().put("LC_ALL", "C");
    Process process = command.start();
    Map<String, String> said = new LinkedHashMap<>();
    for (String line : new String(process.getInputStream().readAllBytes(), UTF_8).split("\n")) {
      said.put(line.split(":", 2)[0], line.split(":", 2)[1].strip());
    }
    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue());
    return said;
  }
}
