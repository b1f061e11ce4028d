package dev.walden.wal.record;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A server in small segments that keeps its WAL, and work that makes it write all kinds of it. */
public final class WalWorkload {
  public static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);

  private WalWorkload() {}

  public static PostgresServer server(PostgresBinaries binaries, Path data, String walLevel)
      throws IOException, InterruptedException {
    return PostgresServer.builder(binaries, data)
        .segmentSize(SIZE)
        .setting("wal_level", walLevel)
        .setting("wal_keep_size", "2GB")
        .setting("max_wal_size", "1GB")
        .setting("max_prepared_transactions", "10")
        .setting("autovacuum", "off")
        .setting("track_commit_timestamp", "on")
        .setting("wal_compression", binaries.major() == 14 ? "on" : "pglz")
        .create();
  }

  public static void run(PostgresServer server, long seed) throws SQLException {
    server.execute(tables());
    server.execute(
        "INSERT INTO w (n, t, a, p) SELECT i, md5(i::text), ARRAY[i % 97, i % 13],"
            + " point(i % 100, i / 100) FROM generate_series(1, 6000) i",
        "UPDATE w SET n = n + 1 WHERE n % 5 = 0",
        "DELETE FROM w WHERE n % 11 = 0",
        "SELECT pg_create_restore_point('after the delete')",
        "VACUUM (FREEZE) w",
        "CHECKPOINT",
        "UPDATE w SET t = md5(t) WHERE n % 3 = 0",
        "DELETE FROM w WHERE n > 3000",
        "VACUUM w",
        "REINDEX TABLE w",
        "CLUSTER w USING w_n",
        "VACUUM FULL w",
        "SELECT nextval('s') FROM generate_series(1, 200)",
        "SELECT pg_switch_wal()",
        "SELECT pg_logical_emit_message(false, 'big', repeat('walden ', 450000))",
        "SELECT pg_logical_emit_message(true, 'small', 'x')",
        "CREATE DATABASE other",
        "CREATE DATABASE copied TEMPLATE template0"
            + (server.binaries().major() == 14 ? "" : " STRATEGY file_copy"),
        "DROP DATABASE other",
        "SET allow_in_place_tablespaces = on",
        "CREATE TABLESPACE space LOCATION ''",
        "CREATE TABLE elsewhere (i int) TABLESPACE space",
        "INSERT INTO elsewhere VALUES (1)",
        "DROP TABLE elsewhere",
        "DROP TABLESPACE space",
        "VACUUM FULL pg_class",
        "SELECT txid_current(), pg_replication_origin_create('elsewhere')",
        "SELECT pg_replication_origin_session_setup('elsewhere')",
        "BEGIN",
        "SELECT pg_replication_origin_xact_setup('0/ABCDEF', now())",
        "INSERT INTO w (n) VALUES (-1)",
        "COMMIT",
        "SELECT pg_replication_origin_session_reset()");
    prepared(server);
    subtransactions(server);
    random(server, new Random(seed));
    server.execute("CREATE TABLE gone (i int PRIMARY KEY, t text)", "DROP TABLE gone");
    server.execute("TRUNCATE w", "SELECT pg_create_restore_point('the end')", "CHECKPOINT");
  }

  private static String[] tables() {
    return new String[] {
      "CREATE TABLE w (n int, t text, a int[], p point)",
      "CREATE INDEX w_n ON w (n)",
      "CREATE INDEX ON w USING hash (t)",
      "CREATE INDEX ON w USING gin (a)",
      "CREATE INDEX ON w USING gist (p)",
      "CREATE INDEX ON w USING spgist (p)",
      "CREATE INDEX ON w USING spgist (t)",
      "CREATE INDEX ON w USING brin (n) WITH (pages_per_range = 2)",
      "CREATE SEQUENCE s",
      "CREATE UNLOGGED TABLE u (i int)",
      "CREATE TABLE parent (i int PRIMARY KEY)",
      "CREATE TABLE child (i int REFERENCES parent)",
      "INSERT INTO parent VALUES (1), (2)"
    };
  }

  private static void prepared(PostgresServer server) throws SQLException {
    server.execute(
        "BEGIN",
        "CREATE TABLE p1 (i int)",
        "SAVEPOINT a",
        "INSERT INTO p1 VALUES (1)",
        "RELEASE a",
        "DROP TABLE u",
        "PREPARE TRANSACTION 'the first, with a long name'",
        "BEGIN",
        "INSERT INTO child VALUES (1)",
        "SAVEPOINT b",
        "INSERT INTO child VALUES (2)",
        "PREPARE TRANSACTION 'two'",
        "COMMIT PREPARED 'the first, with a long name'",
        "ROLLBACK PREPARED 'two'");
  }

  private static void subtransactions(PostgresServer server) throws SQLException {
    List<String> statements = new ArrayList<>();
    statements.add("BEGIN");
    for (int i = 0; i < 150; i++) {
      statements.add("SAVEPOINT s" + i);
      statements.add("INSERT INTO child VALUES (" + (1 + i % 2) + ")");
      if (i % 10 == 3) {
        statements.add("ROLLBACK TO s" + i);
      }
    }
    statements.add("COMMIT");
    server.execute(statements.toArray(new String[0]));
    // a row locked by two transactions gets a multixact
    try (Connection one = server.connect();
        Connection two = server.connect()) {
      for (Connection connection : List.of(one, two)) {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
          statement.execute("SELECT * FROM parent WHERE i = 1 FOR SHARE");
        }
      }
      one.commit();
      two.rollback();
    }
  }

  private static void random(PostgresServer server, Random random) throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < 200; i++) {
        int n = random.nextInt(3000);
        switch (random.nextInt(5)) {
          case 0 -> statement.execute("DELETE FROM w WHERE n = " + n);
          case 1 -> statement.execute("UPDATE w SET n = n + 1, t = 'x' WHERE n = " + n);
          case 2 -> statement.execute("UPDATE w SET a = a || " + n + " WHERE n < " + n % 50);
          case 3 -> statement.execute("TRUNCATE child");
          default -> statement.execute("INSERT INTO w (n, t) VALUES (" + n + ", repeat('y', 400))");
        }
        if (random.nextInt(4) == 0) {
          connection.rollback();
        } else {
          connection.commit();
        }
      }
    }
  }
}
