package dev.walden.server;

import static java.util.Objects.requireNonNull;

import dev.walden.CheckReturnValue;
import dev.walden.errors.Arguments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.StringJoiner;
import javax.net.ssl.SSLContext;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * A server's address and login: a PgJDBC URL and PgJDBC's own connection properties. TLS, SCRAM,
 * client certificates, {@code .pgpass}, {@code pg_service.conf} and the user's own {@code
 * socketFactory} or {@code sslfactory} work as in any PgJDBC connection; the database in the URL is
 * not used.
 *
 * <p>Several hosts are tried one after the other, always from the first one ({@code
 * loadBalanceHosts}: in any order), until one matches {@code targetServerType}: {@code any} by
 * default; {@code primary}, {@code secondary}, {@code preferSecondary} or {@code preferPrimary}.
 * Time limits apply to each host separately. The kind of server matters when the connection is
 * made; it is kept if a standby is promoted later.
 *
 * <p>The role needs the attribute {@code REPLICATION}, and {@code pg_hba.conf} a line for the
 * database keyword {@code replication}. GSS encryption is not supported (GSS authentication is).
 *
 * <p>Unless the user sets them, a login may take 30 seconds ({@code loginTimeout}) and a TCP
 * connect 10 ({@code connectTimeout}), {@code tcpKeepAlive} is on, and {@code ApplicationName} is
 * {@code walden}. {@code socketTimeout}, in seconds, also limits how long an answer to a command
 * may take, and how long the server may refuse to read; 60 by default. Users of the address may
 * lower the defaults: see {@link #within}.
 *
 * <p>Immutable and safe for use by several threads.
 */
@CheckReturnValue
public final class ServerAddress {
  private static final String APPLICATION_NAME = "walden";
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final String url;
  private final Properties given;
  private final Login login;

  /** The one host and port to use instead of those in the URL. */
  private final Optional<Host> only;

  private final Duration patience;
  private final String shown;

  private record Host(String name, String port) {}

  /** What is no property. */
  private record Login(Optional<Credentials.Source> credentials, Optional<SSLContext> tls) {
    private static final Login BY_PROPERTIES = new Login(Optional.empty(), Optional.empty());
  }

  private ServerAddress(
      String url, Properties given, Login login, Optional<Host> only, Duration patience) {
    this.url = url;
    this.given = given;
    this.login = login;
    this.only = only;
    this.patience = patience;
    this.shown = shown(properties(), login);
  }

  /**
   * A server by its URL alone.
   *
   * @throws IllegalArgumentException if PgJDBC rejects the URL
   */
  public static ServerAddress of(String jdbcUrl) {
    return of(jdbcUrl, new Properties());
  }

  /**
   * A server by its URL and connection properties; as in PgJDBC, the URL takes precedence.
   *
   * @throws IllegalArgumentException if PgJDBC rejects the URL
   */
  public static ServerAddress of(String jdbcUrl, Properties properties) {
    Properties copy = new Properties();
    for (String name : properties.stringPropertyNames()) {
      copy.setProperty(name, properties.getProperty(name));
    }
    ServerAddress address =
        new ServerAddress(jdbcUrl, copy, Login.BY_PROPERTIES, Optional.empty(), ANSWER);
    requireNonNull(address.target());
    return address;
  }

  /** The same address with lower default time limits; the user's own properties override them. */
  public ServerAddress within(Duration limit) {
    Arguments.positive("limit", limit);
    return new ServerAddress(url, given, login, only, shorter(limit, patience));
  }

  /**
   * The same address with credentials that are asked for at each connection, instead of those in
   * the URL and the properties. So a password may change while a receiver runs.
   */
  public ServerAddress credentials(Credentials.Source source) {
    return new ServerAddress(
        url, given, new Login(Optional.of(source), login.tls()), only, patience);
  }

  /**
   * The same address with TLS by this context, which takes the place of {@code sslfactory}, {@code
   * sslrootcert}, {@code sslcert} and {@code sslkey}. {@code sslmode} still decides whether TLS is
   * used, and with {@code verify-full} the host's name is verified.
   */
  public ServerAddress tls(SSLContext context) {
    return new ServerAddress(
        url, given, new Login(login.credentials(), Optional.of(context)), only, patience);
  }

  /** What tells the credentials, if they are not properties. */
  public Optional<Credentials.Source> credentials() {
    return login.credentials();
  }

  /** What TLS is made with, if not by properties. */
  public Optional<SSLContext> tls() {
    return login.tls();
  }

  /** The given time, or the limit of {@link #within} if that is lower. */
  public Duration atMost(Duration time) {
    return shorter(time, patience);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Its hosts one by one, in the order in which to try them. */
  public List<ServerAddress> hosts() {
    Properties properties = properties();
    List<ServerAddress> hosts = new ArrayList<>();
    for (Host host : hosts(properties)) {
      hosts.add(new ServerAddress(url, given, login, Optional.of(host), patience));
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
        // what precedes it may be a password, and host names are shown
        throw new IllegalArgumentException(
            "a host name contains an @: pass the role and the password as properties");
      }
      hosts.add(new Host(names[i], ports[Math.min(i, ports.length - 1)]));
    }
    return hosts;
  }

  /** Which kind of host may be used. */
  public TargetServerType target() {
    return TargetServerType.parse(PGProperty.TARGET_SERVER_TYPE.getOrDefault(properties()));
  }

  /** The connection's {@code application_name}, as used in {@code synchronous_standby_names}. */
  public String applicationName() {
    return properties().getProperty(PGProperty.APPLICATION_NAME.getName());
  }

  /** How long an answer may take, and how long the server may refuse to read. */
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
   * PgJDBC's connection properties from the URL and the user, for the one host if this address is
   * one of {@link #hosts}; a new object each time. They may contain a password: never print them.
   */
  public Properties properties() {
    Properties properties = Driver.parseURL(url, given);
    if (properties == null) {
      // the message omits the URL, which may contain a password
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

  private static String shown(Properties properties, Login login) {
    StringJoiner addresses = new StringJoiner(",");
    for (Host host : hosts(properties)) {
      addresses.add(host.name + ":" + host.port);
    }
    // who logs in is known only when that happens
    String role = login.credentials().isPresent() ? "" : user(properties) + "@";
    return "postgresql://" + role + addresses;
  }

  /** The login role; with {@link #credentials} the one that was given without them. */
  public String user() {
    return user(properties());
  }

  private static String user(Properties properties) {
    String user = PGProperty.USER.getOrDefault(properties);
    return user != null ? user : System.getProperty("user.name", "");
  }

  /**
   * The hosts, the ports and the role if it is known, but never a password or any other property.
   */
  @Override
  public String toString() {
    return shown;
  }
}
