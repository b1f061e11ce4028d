package dev.walden.benchmarks;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A server with WAL and data for the benchmarks. */
final class Server implements AutoCloseable {
  /** Keeps all WAL from the first position; every receiver gets a copy of it. */
  private static final String FIRST_SLOT = "first";

  private static final long CHECKPOINT_EVERY = 512L << 20;
  private static final long STANDBY_LIMIT_NANOS = 60_000_000_000L;

  private final PostgresServer server;
  private int slots;

  private Server(PostgresServer server) {
    this.server = server;
  }

  static Server start(Path binaries, Path folder) throws IOException, InterruptedException {
    return new Server(
        PostgresServer.builder(PostgresBinaries.at(binaries), folder.resolve("server"))
            .setting("max_wal_size", "64GB")
            .setting("checkpoint_timeout", "1h")
            .setting("autovacuum", "off")
            .setting("shared_buffers", "256MB")
            .setting("max_replication_slots", "100")
            .setting("synchronous_commit", "off")
            .create());
  }

  /** The WAL from {@code start} to {@code end}, both of them boundaries of segments. */
  record WalToStream(Lsn start, Lsn end) {
    long bytes() {
      return end.minus(start);
    }
  }

  /**
   * Writes WAL: rows inserted with an index, rows updated at random, a checkpoint every 512 MiB, so
   * that there are full-page images as well.
   */
  WalToStream generateWal(long bytes) throws SQLException {
    server.execute(
        "CREATE TABLE IF NOT EXISTS item (id bigserial PRIMARY KEY, at timestamptz, a text, b text)",
        "SELECT pg_switch_wal()",
        "CHECKPOINT",
        "SELECT pg_create_physical_replication_slot('" + FIRST_SLOT + "', true)");
    Lsn start =
        WalSegmentSize.DEFAULT.floor(
            Lsn.parse(
                server.query(
                    "SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = '"
                        + FIRST_SLOT
                        + "'")));
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      long checkpoint = CHECKPOINT_EVERY;
      while (position().minus(start) < bytes) {
        insert(statement);
        statement.execute(
            "UPDATE item SET at = now() WHERE id IN (SELECT (random() * currval('item_id_seq'))"
                + "::bigint FROM generate_series(1, 10000))");
        if (position().minus(start) > checkpoint) {
          statement.execute("CHECKPOINT");
          checkpoint += CHECKPOINT_EVERY;
        }
      }
    }
    server.execute("SELECT pg_switch_wal()", "CHECKPOINT");
    return new WalToStream(start, WalSegmentSize.DEFAULT.floor(position()));
  }

  /**
   * Writes WAL of pgbench's transactions, with page images only where a page is changed for the
   * first time.
   *
   * @param log where pgbench's messages go
   */
  WalToStream generateTransactions(long bytes, Path log)
      throws IOException, InterruptedException, SQLException {
    pgbench(log, "-i", "-q", "-s", "10");
    server.execute(
        "SELECT pg_switch_wal()",
        "CHECKPOINT",
        "SELECT pg_create_physical_replication_slot('" + FIRST_SLOT + "', true)",
        "SELECT pg_switch_wal()");
    Lsn start = WalSegmentSize.DEFAULT.floor(position());
    while (position().minus(start) < bytes) {
      pgbench(log, "-n", "-M", "prepared", "-c", "4", "-j", "2", "-t", "25000");
    }
    server.execute("SELECT pg_switch_wal()");
    return new WalToStream(start, WalSegmentSize.DEFAULT.floor(position()));
  }

  private void pgbench(Path log, String... arguments) throws IOException, InterruptedException {
    pgbench(log, "off", arguments);
  }

  /** Runs pgbench with a setting of synchronous_commit; its messages go to the log. */
  void pgbench(Path log, String synchronousCommit, String[] arguments)
      throws IOException, InterruptedException {
    List<String> command = client("pgbench", arguments);
    command.remove("-w");
    command.add("postgres");
    command.addAll(0, List.of("env", "PGOPTIONS=-c synchronous_commit=" + synchronousCommit));
    MeteredProcesses.run(List.of(command), log, null);
  }

  Path dataFolder() {
    return server.dataDirectory();
  }

  /** Where the server keeps its segments. */
  Path walFolder() {
    return dataFolder().resolve("pg_wal");
  }

  private static void insert(Statement statement) throws SQLException {
    statement.execute(
        "INSERT INTO item (at, a, b) SELECT now(), md5(random()::text), 'item number ' || i"
            + " || ' of ' || md5((i / 10)::text) FROM generate_series(1, 100000) i");
  }

  private Lsn position() throws SQLException {
    return Lsn.parse(server.query("SELECT pg_current_wal_lsn()"));
  }

  /** Fills the database up to a size; the data directory's, without WAL. */
  long generateData(long bytes) throws SQLException {
    server.execute(
        "CREATE TABLE IF NOT EXISTS item (id bigserial PRIMARY KEY, at timestamptz, a text, b text)");
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      while (Long.parseLong(server.query("SELECT pg_database_size('postgres')")) < bytes) {
        insert(statement);
      }
    }
    checkpoint();
    return Long.parseLong(server.query("SELECT sum(pg_database_size(oid)) FROM pg_database"));
  }

  void checkpoint() throws SQLException {
    server.execute("CHECKPOINT");
  }

  void execute(String... statements) throws SQLException {
    server.execute(statements);
  }

  /** Whether the server forces its files; it does not unless told. */
  void force(boolean on) throws SQLException {
    server.execute("ALTER SYSTEM SET fsync = " + (on ? "on" : "off"), "SELECT pg_reload_conf()");
  }

  /** Lets commits wait for this standby; for nobody if it is empty. */
  void commitsWaitFor(String standby) throws SQLException {
    server.execute(
        "ALTER SYSTEM SET synchronous_standby_names = '" + standby + "'",
        "SELECT pg_reload_conf()");
  }

  /** Waits until a receiver of this name streams. */
  void awaitStandby(String standby, boolean synchronous)
      throws IOException, InterruptedException, SQLException {
    String ready =
        "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND application_name = '"
            + standby
            + (synchronous ? "' AND sync_state = 'sync'" : "'");
    long deadline = System.nanoTime() + STANDBY_LIMIT_NANOS;
    while (!server.query(ready).equals("1")) {
      if (System.nanoTime() > deadline) {
        throw new IOException(standby + " does not stream");
      }
      Thread.sleep(20);
    }
  }

  /** Waits until no receiver streams any more. */
  void awaitNoStandby() throws IOException, InterruptedException, SQLException {
    long deadline = System.nanoTime() + STANDBY_LIMIT_NANOS;
    while (!server.query("SELECT count(*) FROM pg_stat_replication").equals("0")) {
      if (System.nanoTime() > deadline) {
        throw new IOException("a receiver that was stopped still streams");
      }
      Thread.sleep(20);
    }
  }

  /** A slot at the first position of the WAL. */
  String newSlotAtStart() throws SQLException {
    String slot = "copy_" + ++slots;
    server.execute(
        "SELECT pg_copy_physical_replication_slot('" + FIRST_SLOT + "', '" + slot + "')");
    return slot;
  }

  /** A slot at the present position. */
  String newSlotHere() throws SQLException {
    String slot = "here_" + ++slots;
    server.execute("SELECT pg_create_physical_replication_slot('" + slot + "', true)");
    return slot;
  }

  /** Lets all WAL go. */
  void dropSlots() throws SQLException {
    server.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active");
  }

  String url() {
    return server.jdbcUrl() + "?user=" + server.user();
  }

  /** A client program's command, with the options that say where the server is. */
  List<String> client(String program, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                server.binaries().bin(program).toString(),
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(server.port()),
                "-U",
                server.user(),
                "-w"));
    command.addAll(List.of(arguments));
    return command;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
