package dev.walden.server;

import dev.walden.cluster.ClusterIdentity;
import java.io.IOException;
import java.util.Properties;
import java.util.StringJoiner;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Where a server is and how to log in: a PgJDBC URL and PgJDBC's own connection properties, as the
 * user has them already. Several hosts, TLS, SCRAM, client certificates, {@code .pgpass}, {@code
 * pg_service.conf} and the user's own {@code socketFactory} or {@code sslfactory} work as in any
 * PgJDBC connection; the database in the URL is not used.
 *
 * <p>The role needs the attribute {@code REPLICATION}, and {@code pg_hba.conf} a line for the
 * database keyword {@code replication}. GSS encryption is not supported (GSS authentication is).
 *
 * <p>Unless the user sets them, a login may take 30 seconds ({@code loginTimeout}) and a TCP
 * connect 10 ({@code connectTimeout}), {@code tcpKeepAlive} is on, and {@code ApplicationName} is
 * {@code walden}. {@code socketTimeout}, in seconds, also bounds how long an answer to a command
 * may take; 60 if not given.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class ServerAddress {
  private static final int ANSWER_SECONDS = 60;

  private final String url;
  private final Properties given;
  private final String shown;

  private ServerAddress(String url, Properties given) {
    this.url = url;
    this.given = given;
    this.shown = shown(parse());
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
    return new ServerAddress(jdbcUrl, copy);
  }

  /**
   * Connects and asks which cluster this is.
   *
   * @throws ServerUnavailableException if there is no answer now
   * @throws ServerRefusedException if something must be changed first
   * @throws dev.walden.UnsupportedFormatException if the server's version is not supported
   */
  public ClusterIdentity identity() throws IOException {
    try (WalsenderConnection connection = WalsenderConnection.open(this)) {
      return connection.identity();
    }
  }

  /** What PgJDBC is given: the user's properties, and over them those this library depends on. */
  Properties connectionProperties() {
    Properties properties = parse();
    properties.putIfAbsent(PGProperty.APPLICATION_NAME.getName(), "walden");
    properties.putIfAbsent(PGProperty.LOGIN_TIMEOUT.getName(), "30");
    properties.putIfAbsent(PGProperty.CONNECT_TIMEOUT.getName(), "10");
    properties.putIfAbsent(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
    PGProperty.REPLICATION.set(properties, "true");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    // below 9.4 the driver drops "replication" and opens an ordinary session
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
    // GSS encryption would happen inside the driver, out of reach of the captured socket
    PGProperty.GSS_ENC_MODE.set(properties, "disable");
    PGProperty.AUTOSAVE.set(properties, "never");
    PGProperty.READ_ONLY.set(properties, false);
    capture(properties);
    return properties;
  }

  private static void capture(Properties properties) {
    replace(
        properties,
        PGProperty.SOCKET_FACTORY,
        CapturingSocketFactory.class,
        CapturingSocketFactory.USERS_OWN);
    replace(
        properties,
        PGProperty.SSL_FACTORY,
        CapturingSslFactory.class,
        CapturingSslFactory.USERS_OWN);
  }

  private static void replace(
      Properties properties, PGProperty property, Class<?> ours, String usersOwn) {
    String theirs = property.getOrDefault(properties);
    if (theirs != null) {
      properties.setProperty(usersOwn, theirs);
    }
    property.set(properties, ours.getName());
  }

  /** What the server calls a connection, as in {@code synchronous_standby_names}. */
  String applicationName() {
    return connectionProperties().getProperty(PGProperty.APPLICATION_NAME.getName());
  }

  /** How long an answer may take, in seconds. */
  int answerSeconds() {
    String seconds = PGProperty.SOCKET_TIMEOUT.getOrDefault(parse());
    try {
      int given = seconds == null ? 0 : Integer.parseInt(seconds);
      return given > 0 ? given : ANSWER_SECONDS;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("socketTimeout is not a number of seconds", e);
    }
  }

  private Properties parse() {
    Properties properties = Driver.parseURL(url, given);
    if (properties == null) {
      // the URL is left out of the message: it may hold a password
      throw new IllegalArgumentException(
          "not a PgJDBC URL (expected jdbc:postgresql://host:port/database?property=value…)");
    }
    return properties;
  }

  private static String shown(Properties properties) {
    String[] hosts = PGProperty.PG_HOST.getOrDefault(properties).split(",");
    String[] ports = PGProperty.PG_PORT.getOrDefault(properties).split(",");
    StringJoiner addresses = new StringJoiner(",");
    for (int i = 0; i < hosts.length; i++) {
      addresses.add(hosts[i] + ":" + ports[Math.min(i, ports.length - 1)]);
    }
    return "postgresql://" + user(properties) + "@" + addresses;
  }

  /** The role that logs in. */
  String user() {
    return user(parse());
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
