package dev.walden.recovery.agreement;

import dev.walden.cluster.ControlFile;
import dev.walden.recovery.simulate.FileRequests;
import dev.walden.recovery.simulate.SimulatedRecovery;
import dev.walden.recovery.simulate.SimulatedRecovery.Outcome;
import dev.walden.recovery.stop.LoggedTime;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a real server made of a plan; it is the judge of a simulation. */
final class RecoveredServer {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern LINE =
      Pattern.compile("(?m)^\\S+ \\S+ \\S+ \\[[0-9]+\\] (LOG|WARNING|FATAL|PANIC):  (.*)$");
  private static final Pattern TOLD =
      Pattern.compile(
          "(redo (starts at|done at|is not required)|consistent recovery state|recovery stopping"
              + "|recovery has paused|last completed transaction|selected new timeline"
              + "|archive recovery complete|pausing at the end|shutdown at recovery"
              + "|hot standby is not possible).*");
  private static final Pattern READY =
      Pattern.compile(
          "database system is ready to accept connections"
              + "|pausing at the end of recovery|recovery has paused");
  private static final String LAST_COMMIT =
      "SELECT coalesce(xid::text || ' ' || to_char(timestamp, 'YYYY-MM-DD HH24:MI:SS.US'), '')"
          + " FROM pg_last_committed_xact()";

  private final PostgresServer server;
  private final AskedFiles files;
  private final List<String> asked;
  private final List<String> log;
  private final Outcome outcome;

  /** Starts a server, whose data directory is restored and configured, and waits for its end. */
  RecoveredServer(PostgresServer server, AskedFiles files)
      throws IOException, InterruptedException {
    this.server = server;
    this.files = files;
    server.launch();
    long start = System.nanoTime();
    while (server.isRunning() && !READY.matcher(server.log()).find()) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        kill();
        throw new IOException("recovery did not end within " + LIMIT + "\n" + server.log());
      }
      Thread.sleep(10);
    }
    boolean running = server.isRunning() || READY.matcher(server.log()).find();
    log = lines(server.log());
    asked = files.asked();
    outcome = outcome(running);
  }

  private Outcome outcome(boolean running) {
    if (running) {
      boolean promoted = log.contains("LOG:  archive recovery complete");
      return promoted ? Outcome.PROMOTED : Outcome.PAUSED;
    }
    return log.contains("LOG:  shutdown at recovery target") ? Outcome.SHUT_DOWN : Outcome.FAILED;
  }

  private static List<String> lines(String log) {
    List<String> lines = new ArrayList<>();
    Matcher line = LINE.matcher(log);
    while (line.find()) {
      String severity = line.group(1);
      boolean fatal = severity.equals("FATAL") || severity.equals("PANIC");
      if (fatal || TOLD.matcher(line.group(2)).matches()) {
        lines.add(severity + ":  " + line.group(2).replaceFirst(" system usage: .*", ""));
      }
      if (line.group(2).equals("shutdown at recovery target")) {
        // recovery is over; the checkpointer may still fail to save a prepared transaction
        break;
      }
    }
    return lines;
  }

  Outcome outcome() {
    return outcome;
  }

  /** The databases that are listed, but let nobody in, by their OIDs. */
  Set<Long> unusableDatabases() throws SQLException {
    Set<Long> unusable = new TreeSet<>();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT oid, datname FROM pg_database WHERE datallowconn")) {
      while (rows.next()) {
        try {
          server.connect(rows.getString(2)).close();
        } catch (SQLException refused) {
          unusable.add(rows.getLong(1));
        }
      }
    }
    return unusable;
  }

  /** In what it differs from a simulation; empty if in nothing. */
  List<String> differences(SimulatedRecovery simulated) throws Exception {
    List<String> differences = new ArrayList<>();
    compare(differences, "outcome", simulated.outcome(), outcome);
    compare(differences, "log", String.join("\n", simulated.log()), String.join("\n", log));
    compareRequests(differences, simulated);
    if (differences.isEmpty() && outcome == Outcome.PROMOTED) {
      comparePromoted(differences, simulated);
    } else if (differences.isEmpty() && outcome == Outcome.PAUSED) {
      comparePaused(differences, simulated);
    } else if (differences.isEmpty() && outcome == Outcome.SHUT_DOWN) {
      ControlFile control = ControlFile.read(server.dataDirectory());
      // where a prepared transaction cannot be found again, the last restartpoint fails as well
      boolean unsaved =
          !simulated.prepared().isEmpty() && server.log().contains("has already been removed");
      compare(
          differences,
          "state",
          unsaved ? ControlFile.State.IN_ARCHIVE_RECOVERY : ControlFile.State.SHUT_DOWN_IN_RECOVERY,
          control.state());
      // a restartpoint at shutdown leaves it where it was
      boolean beyond = control.minRecoveryPoint().isAfter(simulated.stopLsn());
      compare(differences, "beyond the stop: " + control.minRecoveryPoint(), false, beyond);
    }
    return differences;
  }

  private void comparePromoted(List<String> differences, SimulatedRecovery simulated)
      throws IOException, SQLException {
    Path file =
        server
            .dataDirectory()
            .resolve("pg_wal")
            .resolve(new WalFileName.History(simulated.newTimeline().orElseThrow()).toString());
    compare(
        differences,
        "history",
        new String(simulated.newHistory().orElseThrow().content(), StandardCharsets.UTF_8),
        Files.exists(file) ? Files.readString(file) : "none");
    ControlFile.Checkpoint first = ControlFile.read(server.dataDirectory()).checkpoint();
    compare(
        differences,
        "timelines",
        simulated.newTimeline().orElseThrow() + " from " + simulated.timeline(),
        first.timeline() + " from " + first.previousTimeline());
    compare(differences, "last commit", lastCommit(simulated), server.query(LAST_COMMIT));
    comparePrepared(differences, simulated);
  }

  /** Those of before the backup are there too. */
  private void comparePrepared(List<String> differences, SimulatedRecovery simulated)
      throws SQLException {
    String there =
        server.query(
            "SELECT coalesce(string_agg(transaction || ' ' || gid, ','), '') FROM pg_prepared_xacts");
    List<String> missing =
        simulated.prepared().entrySet().stream()
            .map(one -> one.getKey() + " " + one.getValue())
            .filter(one -> !List.of(there.split(",")).contains(one))
            .toList();
    compare(differences, "prepared and missing, of " + there, List.of(), missing);
  }

  private void comparePaused(List<String> differences, SimulatedRecovery simulated)
      throws Exception {
    long start = System.nanoTime();
    String position = null;
    while (position == null) {
      try {
        position = server.query("SELECT pg_last_wal_replay_lsn()");
      } catch (SQLException notYet) {
        if (System.nanoTime() - start > LIMIT.toNanos()) {
          throw notYet;
        }
        Thread.sleep(20);
      }
    }
    compare(differences, "position", simulated.stopLsn().toString(), position);
    compare(differences, "last commit", lastCommit(simulated), server.query(LAST_COMMIT));
  }

  private static String lastCommit(SimulatedRecovery simulated) {
    return simulated
        .lastCommit()
        .map(
            commit -> {
              String time = LoggedTime.of(commit.time()).replaceFirst("\\+00$", "");
              String micros = time.contains(".") ? time : time + ".";
              return commit.xid() + " " + (micros + "000000").substring(0, 26);
            })
        .orElse("");
  }

  private void compareRequests(List<String> differences, SimulatedRecovery simulated) {
    FileRequests expected = simulated.requests();
    boolean exact = server.binaries().major() == 14;
    List<String> startup = names(expected.startup());
    int from = Math.min(startup.size(), asked.size());
    compare(differences, "first requests", startup, asked.subList(0, from));
    int to = asked.size();
    while (to > from && asked.get(to - 1).endsWith(".history")) {
      to--;
    }
    List<String> end = asked.subList(to, asked.size());
    compare(
        differences,
        "last requests",
        names(expected.end()),
        simulated.prepared().isEmpty() ? end : withoutPrepared(end, names(expected.end())));
    List<String> middle =
        asked.subList(from, to).stream().filter(name -> !name.endsWith(".history")).toList();
    List<String> wanted = names(expected.replay());
    if (exact) {
      List<String> all = new ArrayList<>(wanted);
      all.addAll(names(expected.again()));
      compare(differences, "requests", all, middle);
      return;
    }
    // asked for once more, or again while looking ahead, or at the end
    LinkedHashSet<String> possible = new LinkedHashSet<>(wanted);
    possible.addAll(names(expected.ahead()));
    LinkedHashSet<String> seen = new LinkedHashSet<>(middle);
    List<String> again = names(expected.again());
    again.removeAll(possible);
    seen.removeAll(again);
    List<String> order = new ArrayList<>(possible);
    boolean prefix =
        seen.size() <= order.size() && seen.size() >= new LinkedHashSet<>(wanted).size();
    compare(
        differences,
        "requests, ahead " + expected.ahead(),
        prefix ? order.subList(0, seen.size()) : wanted,
        new ArrayList<>(seen));
  }

  /**
   * Looking a prepared transaction up in the WAL takes the histories, an unknown number of times.
   */
  private static List<String> withoutPrepared(List<String> asked, List<String> expected) {
    List<String> left = new ArrayList<>();
    for (String name : asked) {
      if (left.size() < expected.size() && expected.get(left.size()).equals(name)) {
        left.add(name);
      }
    }
    return left;
  }

  private static List<String> names(List<WalFileName> names) {
    return new ArrayList<>(names.stream().map(WalFileName::toString).toList());
  }

  private static void compare(
      List<String> differences, String what, Object simulated, Object real) {
    if (!simulated.equals(real)) {
      differences.add(what + "\n  simulated: " + simulated + "\n  real:      " + real);
    }
  }

  void kill() throws IOException, InterruptedException {
    server.kill();
    files.close();
  }

  /** The server, unless recovery ended it. */
  Optional<PostgresServer> running() {
    return server.isRunning() ? Optional.of(server) : Optional.empty();
  }
}
