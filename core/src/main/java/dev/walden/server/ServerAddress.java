package dev.walden.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.StringJoiner;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Where a server is and how to log in: a PgJDBC URL and PgJDBC's own connection properties, as the
 * user has them already. TLS, SCRAM, client certificates, {@code .pgpass}, {@code pg_service.conf}
 * and the user's own {@code socketFactory} or {@code sslfactory} work as in any PgJDBC connection;
 * the database in the URL is not used.
 *
 * <p>Several hosts are tried one after the other, each time from the first one on ({@code
 * loadBalanceHosts}: in any order), until one fits {@code targetServerType}: {@code any}, unless
 * set; {@code primary}, {@code secondary}, {@code preferSecondary} or {@code preferPrimary}. Time
 * limits hold for each host by itself. Which kind a server is counts when the connection is made; a
 * standby that is promoted later keeps it.
 *
 * <p>The role needs the attribute {@code REPLICATION}, and {@code pg_hba.conf} a line for the
 * database keyword {@code replication}. GSS encryption is not supported (GSS authentication is).
 *
 * <p>Unless the user sets them, a login may take 30 seconds ({@code loginTimeout}) and a TCP
 * connect 10 ({@code connectTimeout}), {@code tcpKeepAlive} is on, and {@code ApplicationName} is
 * {@code walden}. {@code socketTimeout}, in seconds, also bounds how long an answer to a command
 * may take, and how long the server may refuse to read; 60 if not given. Whoever uses the address
 * may have less patience by default: see {@link #within}.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class ServerAddress {
  private static final String APPLICATION_NAME = "walden";
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final String url;
  private final Properties given;

  /** The one host and port that count, if they are not those of the URL. */
  private final Optional<Host> only;

  private final Duration patience;
  private final String shown;

  private record Host(String name, String port) {}

  private ServerAddress(String url, Properties given, Optional<Host> only, Duration patience) {
    this.url = url;
    this.given = given;
    this.only = only;
    this.patience = patience;
    this.shown = shown(properties());
  }

  /**
   * A server by its URL alone.
   *
   * @throws IllegalArgumentException if PgJDBC does not take the URL
   */
  public static ServerAddress of(String jdbcUrl) {
    return of(jdbcUrl, new Properties());
  }

  /**
   * A server by its URL and connection properties; as in PgJDBC, what the URL says wins.
   *
   * @throws IllegalArgumentException if PgJDBC does not take the URL
   */
  public static ServerAddress of(String jdbcUrl, Properties properties) {
    Properties copy = new Properties();
    for (String name : properties.stringPropertyNames()) {
      copy.setProperty(name, properties.getProperty(name));
    }
    ServerAddress address = new ServerAddress(jdbcUrl, copy, Optional.empty(), ANSWER);
    address.target();
    return address;
  }

  /** The same, where nothing may take longer than so, unless the user's own properties say it. */
  public ServerAddress within(Duration limit) {
    return new ServerAddress(url, given, only, shorter(limit, patience));
  }

  /** The given time, or what {@link #within} allows if that is less. */
  public Duration atMost(Duration time) {
    return shorter(time, patience);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Its hosts one by one, in the order in which they are to be tried. */
  public List<ServerAddress> hosts() {
    Properties properties = properties();
    List<ServerAddress> hosts = new ArrayList<>();
    for (Host host : hosts(properties)) {
      hosts.add(new ServerAddress(url, given, Optional.of(host), patience));
    }
    if (Boolean.parseBoolean(PGProperty.LOAD_BALANCE_HOSTS.getOrDefault(properties))) {
      Collections.shuffle(hosts);
    }
    return hosts;
  }

  private static List<Host> hosts(Properties properties) {
    String[] names = PGProperty.PG_HOST.getOrDefault(properties).split(",");
    String[] ports = PGProperty.PG_PORT.getOrDefault(properties).split(",");
    List<Host> hosts = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      if (names[i].contains("@")) {
        // what stands before it may be a password, and a host's name is shown
        throw new IllegalArgumentException(
            "a host's name has an @: PgJDBC takes the role and the password as properties");
      }
      hosts.add(new Host(names[i], ports[Math.min(i, ports.length - 1)]));
    }
    return hosts;
  }

  /** Which of the hosts may be used. */
  public TargetServerType target() {
    return TargetServerType.parse(PGProperty.TARGET_SERVER_TYPE.getOrDefault(properties()));
  }

  /** What the server calls a connection, as in {@code synchronous_standby_names}. */
  public String applicationName() {
    return properties().getProperty(PGProperty.APPLICATION_NAME.getName());
  }

  /** How long an answer may take, and how long the server may not read. */
  public Duration answerLimit() {
    String seconds = PGProperty.SOCKET_TIMEOUT.getOrDefault(properties());
    try {
      int set = seconds == null ? 0 : Integer.parseInt(seconds);
      return set > 0 ? Duration.ofSeconds(set) : atMost(ANSWER);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("socketTimeout is not a number of seconds", e);
    }
  }

  /**
   * PgJDBC's connection properties, of the URL and of the user, for the one host of this address if
   * it is one of {@link #hosts}; a new object each time. They may hold a password: never print
   * them.
   */
  public Properties properties() {
    Properties properties = Driver.parseURL(url, given);
    if (properties == null) {
      // the URL is left out of the message: it may hold a password
      throw new IllegalArgumentException(
          "not a PgJDBC URL (expected jdbc:postgresql://host:port/database?property=value…)");
    }
    only.ifPresent(
        host -> {
          PGProperty.PG_HOST.set(properties, host.name);
          PGProperty.PG_PORT.set(properties, host.port);
        });
    properties.putIfAbsent(PGProperty.APPLICATION_NAME.getName(), APPLICATION_NAME);
    return properties;
  }

  private static String shown(Properties properties) {
    StringJoiner addresses = new StringJoiner(",");
    for (Host host : hosts(properties)) {
      addresses.add(host.name + ":" + host.port);
    }
    return "postgresql://" + user(properties) + "@" + addresses;
  }

  /** The role that logs in. */
  public String user() {
    return user(properties());
  }

  private static String user(Properties properties) {
    String user = PGProperty.USER.getOrDefault(properties);
    return user != null ? user : System.getProperty("user.name", "");
  }

  /** The hosts, ports and the role; never a password or any other property. */
  @Override
  public String toString() {
    return shown;
  }
}
