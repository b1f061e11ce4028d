package dev.walden.server.protocol;

import dev.walden.server.Credentials;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.PGProperty;

/** The properties for PgJDBC: the user's, overridden by those that this library depends on. */
final class ConnectionProperties {
  private static final Duration LOGIN = Duration.ofSeconds(30);
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private ConnectionProperties() {}

  /**
   * For the one host of an address.
   *
   * @throws ServerUnavailableException if there are no credentials now
   */
  static Properties of(ServerAddress server) throws ServerUnavailableException {
    Properties properties = server.properties();
    if (server.credentials().isPresent()) {
      login(properties, server.credentials().get(), server);
    }
    properties.putIfAbsent(PGProperty.LOGIN_TIMEOUT.getName(), seconds(server.atMost(LOGIN)));
    properties.putIfAbsent(PGProperty.CONNECT_TIMEOUT.getName(), seconds(server.atMost(CONNECT)));
    properties.putIfAbsent(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
    PGProperty.REPLICATION.set(properties, "true");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    // below 9.4, the driver drops "replication" and opens an ordinary session
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
    // GSS encryption would happen inside the driver, out of reach of the captured socket
    PGProperty.GSS_ENC_MODE.set(properties, "disable");
    // a server tells only by warnings what it leaves out of a base backup
    warnings(properties);
    PGProperty.AUTOSAVE.set(properties, "never");
    // Connector tries the hosts: the driver's time limits cover all of them together
    PGProperty.TARGET_SERVER_TYPE.set(properties, "any");
    PGProperty.LOAD_BALANCE_HOSTS.set(properties, false);
    PGProperty.READ_ONLY.set(properties, false);
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
    return properties;
  }

  private static void login(Properties properties, Credentials.Source source, ServerAddress server)
      throws ServerUnavailableException {
    try {
      Credentials now = source.now();
      PGProperty.USER.set(properties, now.user());
      PGProperty.PASSWORD.set(properties, now.password());
    } catch (IOException e) {
      throw new ServerUnavailableException(
          "no credentials for " + server + ": " + e.getMessage(), "08001", e);
    }
  }

  private static void warnings(Properties properties) {
    String options = PGProperty.OPTIONS.getOrDefault(properties);
    PGProperty.OPTIONS.set(
        properties, (options == null ? "" : options + " ") + "-c client_min_messages=warning");
  }

  /** Whole seconds, at least one. */
  private static String seconds(Duration limit) {
    return Long.toString(Math.max(1, limit.toSeconds()));
  }

  private static void replace(
      Properties properties, PGProperty property, Class<?> ours, String usersOwn) {
    String theirs = property.getOrDefault(properties);
    if (theirs != null) {
      properties.setProperty(usersOwn, theirs);
    }
    property.set(properties, ours.getName());
  }
}
