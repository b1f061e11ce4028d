package dev.walden.recovery.crash;

import dev.walden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that insert numbered rows, each in a transaction of its own, and log outside of the
 * database which commits returned. Where no server answers they try again.
 */
final class CommitWriters implements AutoCloseable {
  static final String TABLE = "CREATE TABLE marks (i int, v text)";
  private static final int LARGE = 200_000;

  /** How many rows are small for one that is large. */
  private static final int[] SMALL = {4, 20, 100};

  private static final int COMMIT_LIMIT_SECONDS = 2;

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger last = new AtomicInteger();
  private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
  private volatile PostgresServer server;
  private volatile boolean over;

  CommitWriters(PostgresServer server, int count, long seed) {
    this.server = server;
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      int small = SMALL[random.nextInt(SMALL.length)];
      Thread thread = new Thread(() -> run(random, small), "writer " + i);
      threads.add(thread);
      thread.start();
    }
  }

  /** From now on this is the server. */
  void turnTo(PostgresServer next) {
    server = next;
  }

  /** How many commits have returned. */
  int count() {
    return acknowledged.size();
  }

  private void run(Random random, int small) {
    while (!over) {
      PostgresServer mine = server;
      try (Connection connection = connect(mine);
          Statement statement = connection.createStatement()) {
        // while no standby answers a commit does not return
        statement.setQueryTimeout(COMMIT_LIMIT_SECONDS);
        while (!over && mine == server) {
          write(statement, random.nextInt(small) == 0 ? LARGE : 100);
        }
      } catch (SQLException e) {
        pause();
      }
    }
  }

  private static Connection connect(PostgresServer server) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", server.user());
    properties.setProperty("connectTimeout", "2");
    properties.setProperty("loginTimeout", "2");
    properties.setProperty("cancelSignalTimeout", "1");
    properties.setProperty("socketTimeout", "8");
    return DriverManager.getConnection(server.jdbcUrl(), properties);
  }

  private void write(Statement statement, int length) throws SQLException {
    int row = last.incrementAndGet();
    statement.execute(
        "INSERT INTO marks SELECT "
            + row
            + ", string_agg(md5(random()::text), '') FROM generate_series(1, "
            + length / 32
            + ")");
    // a commit returns, too, when its wait for the standby is cut off, but with a warning
    if (statement.getWarnings() == null) {
      acknowledged.add(row);
    }
    statement.clearWarnings();
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Commits that a recovered server should have and has not, or has and should not. */
  List<String> differences(PostgresServer recovered) throws SQLException {
    Set<Integer> lost = new HashSet<>(acknowledged);
    List<String> differences = new ArrayList<>();
    Set<Integer> found = new HashSet<>();
    int sent = last.get();
    try (Connection connection = recovered.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT i FROM marks")) {
      while (rows.next()) {
        int row = rows.getInt(1);
        lost.remove(row);
        if (row < 1 || row > sent) {
          differences.add("never sent: " + row);
        }
        if (!found.add(row)) {
          differences.add("there twice: " + row);
        }
      }
    }
    lost.stream().sorted().limit(20).forEach(row -> differences.add("lost: " + row));
    if (!lost.isEmpty()) {
      differences.add(lost.size() + " lost of " + acknowledged.size());
    }
    return differences;
  }

  @Override
  public void close() {
    over = true;
    try {
      for (Thread thread : threads) {
        thread.join(20_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
