package dev.walden.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line as archive_command, to back up, and as restore_command: each a process. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaldenIT {
  @TempDir Path directory;

  private static List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.walden.examples.Walden"));
    command.addAll(List.of(arguments));
    return command;
  }

  private String walden(int status, String... arguments) throws Exception {
    Path output = Files.createTempFile(directory, "output", ".txt");
    Process process =
        new ProcessBuilder(command(arguments))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "walden does not end");
    String text = Files.readString(output);
    assertEquals(status, process.exitValue(), text);
    return text;
  }

  private static void awaitArchived(PostgresServer server) throws Exception {
    String segment = server.query("SELECT pg_walfile_name(pg_switch_wal())");
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (server.query("SELECT last_archived_wal FROM pg_stat_archiver").compareTo(segment) < 0) {
      assertTrue(System.nanoTime() < deadline, "not archived: " + server.log());
      Thread.sleep(100);
    }
  }

  @Test
  void archivesBacksUpAndRestores() throws Exception {
    String archive = directory.resolve("archive").toString();
    String key = directory.resolve("key.txt").toString();
    String recipient = walden(0, "keygen", key).strip();
    walden(1, "info", "--archive", archive);
    walden(0, "init", archive);
    Path restored = directory.resolve("restored");
    String[] open = {"--archive", archive, "--identity", key};
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(17), directory.resolve("data"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .setting("archive_mode", "on")
            .setting(
                "archive_command",
                String.join(" ", command("push", "--archive", archive, "--recipient", recipient))
                    + " %p")
            .create()) {
      String start = Instant.now().toString();
      server.execute("CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
      String url = server.jdbcUrl() + "?user=" + server.user();
      String backup =
          walden(0, "backup", "--server", url, "--archive", archive, "--recipient", recipient)
              .lines()
              .reduce((first, last) -> last)
              .orElseThrow();
      server.execute("INSERT INTO t VALUES (2)");
      String xid = server.query("WITH w AS (DELETE FROM t) SELECT pg_current_xact_id()::text");
      awaitArchived(server);
      assertTrue(walden(0, with(open, "info")).contains(backup));
      assertTrue(walden(0, with(open, "plan", "--before-xid", xid)).contains("transaction " + xid));
      walden(1, with(open, "plan", "--lsn", "FF/0"));
      walden(0, with(open, "index"));
      String again = walden(0, with(open, "index"));
      assertTrue(again.contains("indexed 0 segments, condensed 0 groups"), again);
      assertTrue(walden(0, with(open, "points")).contains("backup " + backup));
      String ended =
          walden(
              0,
              with(
                  open,
                  "points",
                  "--from",
                  start,
                  "--to",
                  "2099-01-01T00:00:00Z",
                  "--transactions"));
      assertTrue(ended.contains("commit of transaction " + xid + " "), ended);
      walden(2, with(open, "plan", "--no-such-option"));
      walden(
          0,
          with(
              open,
              "restore",
              "--before-xid",
              xid,
              "--into",
              restored.toString(),
              "--wal-on-demand"));
    }
    try (PostgresServer recovered =
        PostgresServer.startExisting(PostgresBinaries.of(17), restored)) {
      recovered.awaitPromotion(Duration.ofSeconds(60));
      assertEquals("1,2", recovered.query("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"));
      assertTrue(Files.notExists(restored.resolve("pg_wal/walden.spool")), "the spool remains");
    }
  }

  private static String[] with(String[] options, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }
}
