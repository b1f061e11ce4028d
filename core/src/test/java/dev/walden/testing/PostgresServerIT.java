package dev.walden.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.cluster.ControlFile;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresServerIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void committedRowsOutliveACrash(int major) throws Exception {
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("data"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .setting("work_mem", "1234kB")
            .setting("cluster_name", "it's a \\ test")
            .hba("# the first line")
            .create()) {
      assertEquals(
          Integer.toString(major),
          server.query("SELECT current_setting('server_version_num')::int / 10000"));
      assertEquals("1MB", server.query("SHOW wal_segment_size"));
      assertEquals("1234kB", server.query("SHOW work_mem"));
      assertEquals("it's a \\ test", server.query("SHOW cluster_name"));
      assertEquals("off", server.query("SHOW fsync"));
      assertEquals("# the first line", Files.readAllLines(hba(server)).get(0));
      assertEquals(
          Files.getOwner(folder), Files.getOwner(server.dataDirectory().resolve("PG_VERSION")));

      server.execute(
          "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i", "INSERT INTO t VALUES (0)");
      Set<ProcessHandle> processes = processes(server);
      assertTrue(processes.size() > 3, processes::toString);
      server.kill();
      assertFalse(server.isRunning());
      assertEquals(Set.of(), alive(processes));

      int port = server.port();
      server.start();
      assertEquals(port, server.port());
      assertEquals("1001", server.query("SELECT count(*) FROM t"));
      assertTrue(server.log().contains("automatic recovery in progress"), server.log());

      server.restart();
      assertFalse(server.log().contains("automatic recovery in progress"), server.log());
      processes = processes(server);
      server.stop();
      assertEquals(Set.of(), alive(processes));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void everyClusterHasAnIdentifierOfItsOwn(int major) throws Exception {
    Set<String> identifiers = new HashSet<>();
    for (String name : List.of("one", "other")) {
      Path data = folder.resolve(name);
      try (PostgresServer server = PostgresServer.create(PostgresBinaries.of(major), data)) {
        SystemIdentifier identifier = ControlFile.read(data).systemIdentifier();
        assertEquals(
            identifier.toString(),
            server.query("SELECT system_identifier FROM pg_control_system()"));
        assertTrue(identifiers.add(identifier.toString()), () -> "again " + identifier);
        server.execute("CREATE TABLE t ()");
        // recovery reads WAL from before, which names the cluster
        server.kill();
        server.start();
        assertTrue(server.log().contains("redo done"), server.log());
        assertEquals("t", server.query("SELECT to_regclass('t')"));
      }
    }
  }

  @Test
  void noClusterIsMadeAmongOtherFiles() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.createFile(data.resolve("file"));
    assertThrows(IOException.class, this::create);
    Files.delete(data.resolve("file"));
    create().close();
  }

  @Test
  void aFrozenServerAnswersAgainWhenThawed() throws Exception {
    PostgresServer server = create();
    try (Connection connection = server.connect()) {
      server.freeze();
      connection.setNetworkTimeout(Runnable::run, 200);
      assertThrows(SQLException.class, () -> connection.createStatement().execute("SELECT 1"));
    }
    server.thaw();
    assertEquals("1", server.query("SELECT 1"));
    server.freeze();
    Set<ProcessHandle> processes = processes(server);
    server.close();
    assertEquals(Set.of(), alive(processes));
  }

  @Test
  void aServerThatIsNotToStartSaysWhy() throws Exception {
    PostgresServer server = create();
    server.stopImmediate();
    Files.writeString(
        server.dataDirectory().resolve("postgresql.conf"),
        "no_such_setting = 1\n",
        StandardOpenOption.APPEND);
    IOException failure = assertThrows(IOException.class, server::start);
    assertTrue(failure.getMessage().contains("no_such_setting"), failure::getMessage);
    server.close();
  }

  @Test
  void aRecoveryMayEndInShutdownOrPromotion() throws Exception {
    Path copy = folder.resolve("copy");
    PostgresServer original = create();
    original.stop();
    ExternalCommand.run(
        LIMIT, List.of("cp", "-a", original.dataDirectory().toString(), copy.toString()));
    original.start();
    original.execute("SELECT pg_create_restore_point('here')", "CREATE TABLE beyond_it ()");
    original.stop();

    Path signal = Files.createFile(copy.resolve("recovery.signal"));
    PostgresServer.Builder recovery =
        PostgresServer.builder(original.binaries(), copy)
            .setting("restore_command", "cp " + original.dataDirectory() + "/pg_wal/%f %p")
            .setting("recovery_target_name", "here")
            .setting("recovery_target_action", "shutdown");
    PostgresServer ending = recovery.existing();
    ending.launch();
    assertEquals(0, ending.awaitExit(LIMIT));
    ending.awaitLog(Pattern.compile("shutdown at recovery target"), LIMIT);
    assertThrows(IOException.class, () -> ending.awaitLog(Pattern.compile("never"), LIMIT));
    assertThrows(IOException.class, () -> ending.awaitPromotion(LIMIT));

    recovery.setting("recovery_target_action", "promote");
    try (PostgresServer promoted = recovery.startExisting()) {
      promoted.awaitPromotion(LIMIT);
      assertFalse(Files.exists(signal));
      assertEquals("", promoted.query("SELECT to_regclass('beyond_it')"));
      promoted.execute("CREATE TABLE written ()");
    }
  }

  @Test
  void rootMayRunItAsNobody() throws Exception {
    assumeTrue(ServerAccount.choose() != ServerAccount.SELF, "needs root");
    Path data = folder.resolve("data");
    new NewCluster(binaries(), ServerAccount.NOBODY, WalSegmentSize.DEFAULT, List.of())
        .in(new DataDirectory(data));
    assertEquals(65534, Files.getAttribute(data.resolve("PG_VERSION"), "unix:uid"));
    List<String> command =
        List.of(
            binaries().bin("postgres").toString(), "--single", "-D", data.toString(), "postgres");
    ExternalCommand.run(LIMIT, ServerAccount.NOBODY.command(command));
  }

  @Test
  void namesWhatIsMissing() throws Exception {
    assertFalse(PostgresBinaries.available(99));
    assertTrue(PostgresBinaries.available(18));
    IOException failure = assertThrows(IOException.class, () -> PostgresBinaries.of(99));
    assertTrue(failure.getMessage().contains("PostgreSQL 99"), failure::getMessage);
    assertThrows(IllegalArgumentException.class, () -> binaries().bin("psql"));
    assertEquals(18, PostgresBinaries.at(binaries().bin("postgres").getParent()).major());
  }

  private PostgresServer create() throws Exception {
    return PostgresServer.create(binaries(), folder.resolve("data"));
  }

  private static PostgresBinaries binaries() throws Exception {
    return PostgresBinaries.of(18);
  }

  private static Path hba(PostgresServer server) {
    return server.dataDirectory().resolve("pg_hba.conf");
  }

  private static Set<ProcessHandle> processes(PostgresServer server) {
    ProcessHandle postmaster = ProcessHandle.of(server.pid()).orElseThrow();
    Set<ProcessHandle> all = postmaster.descendants().collect(Collectors.toSet());
    all.add(postmaster);
    return all;
  }

  private static Set<ProcessHandle> alive(Set<ProcessHandle> processes) {
    return processes.stream().filter(ServerProcess::lives).collect(Collectors.toSet());
  }
}
