package dev.walden.testing;

import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real PostgreSQL server for tests. It listens only on 127.0.0.1, on its own port that stays the
 * same across restarts, without a Unix socket, and with {@code trust} authentication, also for
 * replication.
 *
 * <p>It runs as the user of this process. For root, which PostgreSQL refuses, it runs in a user
 * namespace ({@code unshare -U}), or, if that is forbidden, as user 65534, which then owns the data
 * directory.
 *
 * <p>The caller closes it. A server that still runs at an orderly end of the JVM is killed. All
 * waits are limited. {@link #kill}, {@link #freeze} and {@link #thaw} may be called while another
 * thread uses the server.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final String CONNECT_LIMIT_SECONDS = "10";
  private static final String ANSWER_LIMIT_SECONDS = "120";

  private final PostgresBinaries binaries;
  private final DataDirectory data;
  private final ServerAccount account;
  private final Duration startLimit;
  private final Map<String, String> environment;
  private final int port;
  private volatile ServerProcess process;
  private volatile ServerLog log;

  private PostgresServer(Builder builder, ServerAccount account) throws IOException {
    this.binaries = builder.binaries;
    this.data = new DataDirectory(builder.dataDirectory.toAbsolutePath());
    this.account = account;
    this.startLimit = builder.startLimit;
    this.environment = Map.copyOf(builder.environment);
    this.port = FreePort.choose();
    this.log = ServerLog.next(data.logFile());
  }

  /** Describes a server; the parent of its data directory must exist. */
  public static Builder builder(PostgresBinaries binaries, Path dataDirectory) {
    return new Builder(binaries, dataDirectory);
  }

  /** Creates a cluster as {@code initdb} does and starts it. */
  public static PostgresServer create(PostgresBinaries binaries, Path dataDirectory)
      throws IOException, InterruptedException {
    return builder(binaries, dataDirectory).create();
  }

  /** Starts the cluster in a data directory, such as a restored one. */
  public static PostgresServer startExisting(PostgresBinaries binaries, Path dataDirectory)
      throws IOException, InterruptedException {
    return builder(binaries, dataDirectory).startExisting();
  }

  /**
   * Starts the server and waits until it accepts connections: in a recovery, until it is
   * consistent, or, with {@code hot_standby} off, until it has begun.
   *
   * @throws IOException with the end of the log, if the server ends instead, as after {@code
   *     recovery_target_action = 'shutdown'}, or takes too long, which kills it
   */
  public void start() throws IOException, InterruptedException {
    launch();
    Deadline deadline = Deadline.in(startLimit);
    while (!data.acceptsConnections(process.pid())) {
      if (!process.isAlive()) {
        throw failure("ended with " + awaitExit(STOP_LIMIT) + " instead of accepting connections");
      }
      if (deadline.passed()) {
        kill();
        throw failure("accepted no connections within " + startLimit);
      }
      deadline.pause();
    }
  }

  /** Starts the server without waiting for anything. */
  public void launch() throws IOException, InterruptedException {
    if (isRunning()) {
      throw new IllegalStateException(this + " is running");
    }
    account.own(data.path());
    log = ServerLog.next(data.logFile());
    List<String> command =
        List.of(
            binaries.bin("postgres").toString(),
            "-D",
            data.path().toString(),
            "-cport=" + port,
            "-clisten_addresses=127.0.0.1",
            "-cunix_socket_directories=",
            "-clogging_collector=off");
    ProcessBuilder.Redirect output = ProcessBuilder.Redirect.appendTo(data.logFile().toFile());
    process =
        new ServerProcess(ExternalCommand.start(account.command(command), output, environment));
  }

  /** Stops the server in PostgreSQL's fast mode, with a checkpoint, and waits for its end. */
  public void stop() throws IOException, InterruptedException {
    end("INT");
  }

  /** Stops the server in PostgreSQL's immediate mode, so that it will have to recover. */
  public void stopImmediate() throws IOException, InterruptedException {
    end("QUIT");
  }

  private void end(String signal) throws IOException, InterruptedException {
    if (isRunning()) {
      process.signal(signal);
      awaitExit(STOP_LIMIT);
    }
  }

  /** Kills the postmaster and all of its child processes with SIGKILL, like a crash. */
  public void kill() throws IOException, InterruptedException {
    if (isRunning()) {
      process.kill();
    }
  }

  /** Stops in fast mode, then starts. */
  public void restart() throws IOException, InterruptedException {
    stop();
    start();
  }

  /** Suspends all processes of the server, until {@link #thaw}. */
  public void freeze() throws IOException, InterruptedException {
    running().freeze();
  }

  /** Resumes a frozen server. */
  public void thaw() throws IOException, InterruptedException {
    running().thaw();
  }

  /** Whether the postmaster lives. */
  public boolean isRunning() {
    ServerProcess current = process;
    return current != null && current.isAlive();
  }

  /** The process id of the postmaster. */
  public long pid() {
    return running().pid();
  }

  /**
   * Waits until the server ends by itself.
   *
   * @return the postmaster's exit status
   */
  public int awaitExit(Duration wait) throws IOException, InterruptedException {
    ServerProcess current = process;
    if (current == null) {
      throw new IllegalStateException(this + " was never started");
    }
    if (!current.awaitExit(wait)) {
      throw failure("did not end within " + wait);
    }
    return current.exitCode();
  }

  /**
   * Waits until recovery ends and the server accepts writes.
   *
   * @throws IOException if the server or the time ends before that
   */
  public void awaitPromotion(Duration wait) throws IOException, InterruptedException {
    Deadline deadline = Deadline.in(wait);
    while (!takesWrites()) {
      if (!isRunning() || deadline.passed()) {
        throw failure(isRunning() ? "was not promoted within " + wait : "ended in recovery");
      }
      deadline.pause();
    }
  }

  private boolean takesWrites() throws IOException {
    try {
      return isRunning()
          && data.acceptsConnections(pid())
          && query("SELECT pg_is_in_recovery()").equals("f");
    } catch (SQLException notYet) {
      return false;
    }
  }

  /**
   * Waits until the log since the server's last start contains a match of a pattern.
   *
   * @return the first match
   * @throws IOException if the server or the time ends without a match
   */
  public MatchResult awaitLog(Pattern pattern, Duration wait)
      throws IOException, InterruptedException {
    Deadline deadline = Deadline.in(wait);
    while (true) {
      boolean last = !isRunning() || deadline.passed();
      Matcher matcher = pattern.matcher(log());
      if (matcher.find()) {
        return matcher.toMatchResult();
      }
      if (last) {
        throw failure("logged nothing like \"" + pattern + '"');
      }
      deadline.pause();
    }
  }

  /** The log since the server's last start. */
  public String log() throws IOException {
    return log.text();
  }

  /** The file beside the data directory with the log of all starts. */
  public Path logFile() {
    return data.logFile();
  }

  public Path dataDirectory() {
    return data.path();
  }

  public PostgresBinaries binaries() {
    return binaries;
  }

  /** The TCP port on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** The superuser, which needs no password. */
  public String user() {
    return "postgres";
  }

  /** The URL of the database {@code postgres}, without a user. */
  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  /** A connection of {@link #user}, which fails if an answer takes more than two minutes. */
  public Connection connect() throws SQLException {
    return connect("postgres");
  }

  /** The same to another database. */
  public Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user());
    properties.setProperty("connectTimeout", CONNECT_LIMIT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_LIMIT_SECONDS);
    properties.setProperty("socketTimeout", ANSWER_LIMIT_SECONDS);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database, properties);
  }

  /** Runs statements one by one over a new connection, each in its own transaction. */
  public void execute(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /**
   * The first column of the first row of a query's result, as psql would print it: NULL as an empty
   * string.
   *
   * @throws SQLException also if there is no row
   */
  public String query(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        throw new SQLException("no row: " + sql);
      }
      String value = rows.getString(1);
      return value == null ? "" : value;
    }
  }

  /**
   * The server's WAL flush position.
   *
   * @throws SQLException also while it is in recovery
   */
  public Lsn flushed() throws SQLException {
    return Lsn.parse(query("SELECT pg_current_wal_flush_lsn()"));
  }

  /** Stops the server, by force if necessary. Does nothing if it is not running. */
  @Override
  public void close() throws IOException {
    try {
      if (isRunning()) {
        process.thaw();
        process.signal("INT");
        if (!process.awaitExit(Duration.ofSeconds(20))) {
          kill();
        }
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
    }
  }

  private ServerProcess running() {
    if (!isRunning()) {
      throw new IllegalStateException(this + " is not running");
    }
    return process;
  }

  private IOException failure(String what) throws IOException {
    return new IOException(this + " " + what + "; its log ends:\n" + log.tail());
  }

  @Override
  public String toString() {
    return "PostgreSQL " + binaries.major() + " on " + data.path();
  }

  /** Describes a server. For use by one thread. */
  public static final class Builder {
    private final PostgresBinaries binaries;
    private final Path dataDirectory;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private List<String> initdbArguments = List.of();
    private List<String> hbaLines = List.of();
    private WalSegmentSize segmentSize = WalSegmentSize.DEFAULT;
    private Duration startLimit = Duration.ofSeconds(60);

    private Builder(PostgresBinaries binaries, Path dataDirectory) {
      this.binaries = binaries;
      this.dataDirectory = dataDirectory;
    }

    /** The WAL segment size of a new cluster. */
    public Builder segmentSize(WalSegmentSize size) {
      segmentSize = size;
      return this;
    }

    /**
     * Adds a line to {@code postgresql.conf}, quoted as needed. A new cluster has {@code fsync =
     * off} unless this says otherwise. The port, {@code listen_addresses}, {@code
     * unix_socket_directories} and {@code logging_collector} cannot be set.
     */
    public Builder setting(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /** Adds several settings. */
    public Builder settings(Map<String, String> more) {
      settings.putAll(more);
      return this;
    }

    /** An environment variable of the server, and thus of {@code archive_command} and others. */
    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** Additional arguments for {@code initdb}, such as {@code --data-checksums}. */
    public Builder initdb(String... arguments) {
      initdbArguments = List.of(arguments);
      return this;
    }

    /** Lines for the beginning of {@code pg_hba.conf}. */
    public Builder hba(String... lines) {
      hbaLines = List.of(lines);
      return this;
    }

    /** How long {@link PostgresServer#start} waits; 60 seconds by default. */
    public Builder startLimit(Duration limit) {
      startLimit = limit;
      return this;
    }

    /**
     * Creates a cluster as {@code initdb} does and starts it. Copies the result of an earlier,
     * equal {@code initdb} if there is one, with a new system identifier.
     */
    public PostgresServer create() throws IOException, InterruptedException {
      PostgresServer server = new PostgresServer(this, ServerAccount.choose());
      new NewCluster(binaries, server.account, segmentSize, initdbArguments).in(server.data);
      settings.putIfAbsent("fsync", "off");
      return start(configure(server));
    }

    /** Starts the cluster in the data directory, with the settings added. */
    public PostgresServer startExisting() throws IOException, InterruptedException {
      return start(existing());
    }

    /** The server of an existing cluster, with the settings added, not started yet. */
    public PostgresServer existing() throws IOException, InterruptedException {
      return configure(new PostgresServer(this, ServerAccount.choose()));
    }

    private PostgresServer configure(PostgresServer server) throws IOException {
      server.data.addSettings(settings);
      server.data.addHba(hbaLines);
      return server;
    }

    private static PostgresServer start(PostgresServer server)
        throws IOException, InterruptedException {
      try {
        server.start();
        return server;
      } catch (IOException | InterruptedException | RuntimeException e) {
        server.close();
        throw e;
      }
    }
  }
}
