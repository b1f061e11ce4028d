package dev.walden.recovery.agreement;

import dev.walden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random work, over several connections with a transaction each, all of it from one seed. */
final class AgreementWorkload implements AutoCloseable {
  private static final int CONNECTIONS = 4;
  private static final List<String> NAMES =
      List.of(
          "before release",
          "o'brien \\ ü",
          "100% \"sure\"",
          " leading and trailing ",
          "twice",
          "Twice",
          "日本語の名前",
          "x".repeat(63));

  private final PostgresServer server;
  private final Random random;
  private final List<Session> sessions = new ArrayList<>();
  private final List<String> prepared = new ArrayList<>();
  private int next;

  private final class Session {
    final Connection connection;
    final int number;
    boolean open;
    final List<String> savepoints = new ArrayList<>();

    Session(int number) throws SQLException {
      this.number = number;
      connection = server.connect();
      run("SET lock_timeout = 200");
      run("CREATE TABLE IF NOT EXISTS work" + number + " (i int, t text)");
    }

    /** False if the server refused; then the transaction, if there was one, is over. */
    boolean run(String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
        return true;
      } catch (SQLException e) {
        if (connection.isClosed() || open && !abandon()) {
          throw e;
        }
        return false;
      }
    }

    private boolean abandon() throws SQLException {
      end("ROLLBACK");
      return true;
    }

    void end(String sql) throws SQLException {
      open = false;
      savepoints.clear();
      run(sql);
    }

    void begin() throws SQLException {
      if (!open) {
        run("BEGIN");
        open = true;
      }
    }
  }

  AgreementWorkload(PostgresServer server, Random random) throws SQLException {
    this.server = server;
    this.random = random;
    for (int i = 0; i < CONNECTIONS; i++) {
      sessions.add(new Session(i));
    }
  }

  void run(int steps) throws SQLException {
    for (int i = 0; i < steps; i++) {
      step(sessions.get(random.nextInt(CONNECTIONS)));
    }
  }

  private void step(Session session) throws SQLException {
    int number = ++next;
    switch (random.nextInt(25)) {
      case 0, 1, 2, 3, 4, 5 -> {
        session.begin();
        session.run(insert(session, number));
      }
      case 6, 7 -> {
        session.begin();
        if (session.run("SAVEPOINT s" + number) && session.run(insert(session, number))) {
          session.savepoints.add("s" + number);
        }
      }
      case 8, 9 -> savepoint(session, "ROLLBACK TO SAVEPOINT ");
      case 10 -> savepoint(session, "RELEASE SAVEPOINT ");
      case 11, 12, 13 -> session.end("COMMIT");
      case 14 -> session.end("ROLLBACK");
      case 15 -> prepare(session, number);
      case 16 -> endPrepared();
      case 17 -> outside("SELECT pg_create_restore_point('" + name() + "')");
      case 18 ->
          session.run(
              "SELECT pg_logical_emit_message("
                  + random.nextBoolean()
                  + ", 'walden', repeat('walden ', "
                  + (random.nextInt(8) == 0 ? 60000 : random.nextInt(3000))
                  + "))");
      case 19 -> outside(random.nextInt(3) == 0 ? "SELECT pg_switch_wal()" : "SELECT 1");
      case 20 -> scratch(session, number);
      case 21 -> outside(random.nextInt(4) == 0 ? "CHECKPOINT" : "SELECT txid_current()");
      case 22 -> subtransactions(session, number);
      case 23 -> database();
      default -> session.run("UPDATE work" + session.number + " SET t = '" + number + "'");
    }
  }

  private String insert(Session session, int number) {
    return "INSERT INTO work"
        + session.number
        + " SELECT "
        + number
        + ", repeat('w', 200) FROM generate_series(1, "
        + (1 + random.nextInt(40))
        + ")";
  }

  private void savepoint(Session session, String command) throws SQLException {
    if (!session.savepoints.isEmpty()) {
      int index = random.nextInt(session.savepoints.size());
      session.run(command + session.savepoints.get(index));
      while (session.savepoints.size() > index) {
        session.savepoints.remove(index);
      }
    }
  }

  private void prepare(Session session, int number) throws SQLException {
    if (session.open && prepared.size() < 5 && session.run(insert(session, number))) {
      session.open = false;
      session.savepoints.clear();
      if (session.run("PREPARE TRANSACTION 'g" + number + "'")) {
        prepared.add("g" + number);
      }
    }
  }

  private void endPrepared() throws SQLException {
    if (!prepared.isEmpty()) {
      String gid = prepared.remove(random.nextInt(prepared.size()));
      outside((random.nextInt(3) == 0 ? "ROLLBACK" : "COMMIT") + " PREPARED '" + gid + "'");
    }
  }

  private void scratch(Session session, int number) throws SQLException {
    session.begin();
    session.run("CREATE TABLE scratch" + number + " AS SELECT generate_series(1, 500) i");
    if (session.open && random.nextBoolean()) {
      session.run((random.nextBoolean() ? "DROP TABLE" : "TRUNCATE") + " scratch" + number);
    }
  }

  /** So many that WAL says to which transaction they belong, and snapshots overflow. */
  private void subtransactions(Session session, int number) throws SQLException {
    session.begin();
    int count = random.nextInt(3) == 0 ? 70 : 3;
    for (int i = 0; i < count && session.open; i++) {
      if (session.run("SAVEPOINT n" + number + "_" + i)) {
        session.run(insert(session, number));
      }
    }
  }

  /** Makes one, or drops it. */
  private void database() throws SQLException {
    if (random.nextInt(3) == 0) {
      outside(
          "1".equals(server.query("SELECT count(*) FROM pg_database WHERE datname = 'shop'"))
              ? "DROP DATABASE shop"
              : "CREATE DATABASE shop"
                  + (server.binaries().major() == 14 ? "" : " STRATEGY file_copy"));
    }
  }

  private String name() {
    return NAMES.get(random.nextInt(NAMES.size())).replace("'", "''");
  }

  private void outside(String sql) throws SQLException {
    server.execute(sql);
  }

  @Override
  public void close() throws SQLException {
    for (Session session : sessions) {
      session.connection.close();
    }
  }
}
