package dev.walden.recovery.crash;

import dev.walden.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A server and the receiver that is its synchronous standby, to which things happen. */
final class CrashingPair implements AutoCloseable {
  /** What goes wrong. */
  enum Event {
    KILL_RECEIVER,
    KILL_SERVER,
    KILL_BOTH,
    RESTART_SERVER,
    FREEZE_RECEIVER,
    FREEZE_WALSENDER,
    FREEZE_SERVER,
    /** Nothing does, but old WAL is removed. */
    SWITCH_SEGMENT
  }

  private final Random random;
  private final Map<String, String> arguments;
  private final Path log;
  private PostgresServer server;
  private ReceiverProcess receiver;

  /**
   * @param arguments of the receiver, but for the server and the faults of its storage
   */
  CrashingPair(PostgresServer server, Map<String, String> arguments, Path log, Random random)
      throws IOException {
    this.server = server;
    this.arguments = new HashMap<>(arguments);
    this.log = log;
    this.random = random;
    startReceiver(0);
  }

  static String url(PostgresServer server) {
    return server.jdbcUrl() + "?ApplicationName=walden&user=" + server.user();
  }

  PostgresServer server() {
    return server;
  }

  ReceiverProcess receiver() {
    return receiver;
  }

  private void startReceiver(long faults) throws IOException {
    arguments.put("server", url(server));
    arguments.put("faults", Long.toString(faults));
    arguments.put("limit", Long.toString(random.nextBoolean() ? 4L << 20 : 1L << 30));
    arguments.put("parallelism", Integer.toString(1 + random.nextInt(3)));
    receiver = new ReceiverProcess(arguments, log);
  }

  void pause(int most) throws InterruptedException {
    TimeUnit.MICROSECONDS.sleep(random.nextInt(most * 1000));
  }

  /** Has it happen. Afterwards both run. */
  void happen(Event event) throws IOException, InterruptedException, SQLException {
    switch (event) {
      case KILL_RECEIVER -> killReceiver();
      case KILL_SERVER -> killServer();
      case KILL_BOTH -> {
        kill();
        start(server);
      }
      case RESTART_SERVER -> server.restart();
      case FREEZE_RECEIVER -> freeze(Long.toString(receiver.pid()), this::killServer);
      case FREEZE_WALSENDER ->
          freeze(
              server.query(
                  "SELECT string_agg(pid::text, ' ') FROM pg_stat_replication"
                      + " WHERE application_name = 'walden'"),
              this::killReceiver);
      case FREEZE_SERVER -> {
        server.freeze();
        waitFrozen(this::killReceiver);
        server.thaw();
      }
      default -> server.execute("SELECT pg_switch_wal()", "CHECKPOINT");
    }
  }

  private void killReceiver() throws IOException, InterruptedException {
    receiver.kill();
    pause(500);
    startReceiver(random.nextLong());
  }

  private void killServer() throws IOException, InterruptedException {
    server.kill();
    pause(500);
    server.start();
  }

  /** Kills both, one soon after the other. */
  void kill() throws IOException, InterruptedException {
    if (random.nextBoolean()) {
      receiver.kill();
      pause(200);
      server.kill();
    } else {
      server.kill();
      pause(200);
      receiver.kill();
    }
  }

  /** Starts both where none runs; the server may be another one, and run. */
  void start(PostgresServer next) throws IOException, InterruptedException {
    server = next;
    boolean receiverFirst = random.nextBoolean();
    if (receiverFirst) {
      startReceiver(random.nextLong());
      pause(1000);
    }
    if (!server.isRunning()) {
      server.start();
    }
    if (!receiverFirst) {
      pause(1000);
      startReceiver(random.nextLong());
    }
  }

  private interface Blow {
    void strike() throws IOException, InterruptedException;
  }

  private void freeze(String processes, Blow other) throws IOException, InterruptedException {
    signal("STOP", processes);
    waitFrozen(other);
    signal("CONT", processes);
  }

  /** Now and then longer than one peer waits for the other, which may meanwhile be killed. */
  private void waitFrozen(Blow other) throws IOException, InterruptedException {
    pause(random.nextInt(4) == 0 ? 6000 : 500);
    if (random.nextInt(3) == 0) {
      other.strike();
      pause(500);
    }
  }

  private static void signal(String name, String processes)
      throws IOException, InterruptedException {
    // a walsender may be gone, or not be there yet
    new ProcessBuilder("sh", "-c", "kill -s " + name + ' ' + processes + " 2>/dev/null")
        .start()
        .waitFor(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    receiver.close();
    try (PostgresServer last = server) {
      last.kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
