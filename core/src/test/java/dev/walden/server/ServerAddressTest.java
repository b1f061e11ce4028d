package dev.walden.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ServerAddressTest {
  private static final String SECRET = "hunter2";

  @Test
  void showsHostsAndRoleOnly() {
    ServerAddress address =
        ServerAddress.of(
            "jdbc:postgresql://a:5433,b/db?user=walden&password="
                + SECRET
                + "&sslpassword="
                + SECRET);
    assertEquals("postgresql://walden@a:5433,b:5432", address.toString());

    Properties properties = new Properties();
    properties.setProperty("user", "gulliver");
    properties.setProperty("password", SECRET);
    assertEquals(
        "postgresql://gulliver@localhost:5432",
        ServerAddress.of("jdbc:postgresql:db", properties).toString());
    properties.setProperty("user", "changed");
    assertFalse(ServerAddress.of("jdbc:postgresql:db", properties).toString().contains(SECRET));
  }

  @Test
  void noUrlReachesAMessage() {
    for (String url :
        new String[] {
          "jdbc:mysql://h/db?password=" + SECRET,
          "jdbc:postgresql://h:x/db?password=" + SECRET,
          "jdbc:postgresql://h:99999/db?password=" + SECRET,
          "jdbc:postgresql://h/%zz?password=" + SECRET,
          "jdbc:postgresql://walden:" + SECRET + "@h:5432/db",
          "jdbc:postgresql://a,walden:" + SECRET + "@h/db"
        }) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> ServerAddress.of(url));
      for (Throwable e = refused; e != null; e = e.getCause()) {
        assertFalse(e.toString().contains(SECRET), e::toString);
      }
    }
  }

  @Test
  void whatThisLibraryDependsOnWinsAndTheRestIsTheUsers() {
    Properties properties =
        ServerAddress.of(
                "jdbc:postgresql://h/db?replication=database&preferQueryMode=extended&gssEncMode="
                    + "require&assumeMinServerVersion=9.0&autosave=always&readOnly=true"
                    + "&loginTimeout=3&ApplicationName=mine&options=-c%20wal_sender_timeout=4s")
            .connectionProperties();
    assertEquals("true", properties.getProperty("replication"));
    assertEquals("simple", properties.getProperty("preferQueryMode"));
    assertEquals("disable", properties.getProperty("gssEncMode"));
    assertEquals("14", properties.getProperty("assumeMinServerVersion"));
    assertEquals("never", properties.getProperty("autosave"));
    assertEquals("false", properties.getProperty("readOnly"));
    assertEquals("3", properties.getProperty("loginTimeout"));
    assertEquals("mine", properties.getProperty("ApplicationName"));
    assertEquals("-c wal_sender_timeout=4s", properties.getProperty("options"));
    assertEquals("10", properties.getProperty("connectTimeout"));
    assertEquals("true", properties.getProperty("tcpKeepAlive"));
  }

  @Test
  void nobodyListeningIsUnavailable() throws Exception {
    int port;
    try (ServerSocket taken = new ServerSocket(0)) {
      port = taken.getLocalPort();
    }
    ServerAddress address =
        ServerAddress.of("jdbc:postgresql://127.0.0.1:" + port + "/?user=u&password=" + SECRET);
    ServerUnavailableException refused =
        assertThrows(ServerUnavailableException.class, address::identity);
    assertEquals("08001", refused.sqlState());
    assertTrue(refused.getMessage().contains(address.toString()), refused::getMessage);
    assertFalse(refused.getMessage().contains(SECRET));
  }

  @Test
  void eachHostIsAnAddressOfItsOwn() {
    ServerAddress address =
        ServerAddress.of(
            "jdbc:postgresql://a:5433,b,[::1]:5434/?user=u&targetServerType=preferSlave");
    List<ServerAddress> hosts = address.hosts();
    assertEquals(
        List.of("postgresql://u@a:5433", "postgresql://u@b:5432", "postgresql://u@[::1]:5434"),
        hosts.stream().map(ServerAddress::toString).toList());
    Properties second = hosts.get(1).connectionProperties();
    assertEquals("b", second.getProperty("PGHOST"));
    assertEquals("5432", second.getProperty("PGPORT"));
    assertEquals("any", second.getProperty("targetServerType"));
    assertEquals(TargetServerType.PREFERSECONDARY, address.target());
    assertEquals(
        List.of(TargetServerType.SECONDARY, TargetServerType.ANY), address.target().inTurn());
    assertEquals(TargetServerType.ANY, ServerAddress.of("jdbc:postgresql://a/").target());
    assertThrows(
        IllegalArgumentException.class,
        () -> ServerAddress.of("jdbc:postgresql://a/?targetServerType=first"));
  }

  @Test
  void patienceIsNoLongerThanItsUsersUnlessTheAddressSaysSo() {
    ServerAddress plain = ServerAddress.of("jdbc:postgresql://h/");
    assertEquals(Duration.ofSeconds(60), plain.answerLimit());
    ServerAddress hasty = plain.within(Duration.ofMillis(2500));
    assertEquals(Duration.ofMillis(2500), hasty.answerLimit());
    assertEquals("2", hasty.connectionProperties().getProperty("loginTimeout"));
    assertEquals("2", hasty.connectionProperties().getProperty("connectTimeout"));
    ServerAddress patient = plain.within(Duration.ofMinutes(5));
    assertEquals(Duration.ofSeconds(60), patient.answerLimit());
    assertEquals("30", patient.connectionProperties().getProperty("loginTimeout"));
    ServerAddress own =
        ServerAddress.of("jdbc:postgresql://h/?socketTimeout=7&loginTimeout=8&connectTimeout=9")
            .within(Duration.ofMillis(1));
    assertEquals(Duration.ofSeconds(7), own.answerLimit());
    assertEquals("8", own.connectionProperties().getProperty("loginTimeout"));
    assertEquals("9", own.connectionProperties().getProperty("connectTimeout"));
    assertEquals("2", hasty.hosts().get(0).connectionProperties().getProperty("loginTimeout"));
  }
}
