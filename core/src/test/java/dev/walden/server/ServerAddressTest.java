package dev.walden.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.server.inspect.ServerIdentity;
import java.net.ServerSocket;
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
  void nobodyListeningIsUnavailable() throws Exception {
    int port;
    try (ServerSocket taken = new ServerSocket(0)) {
      port = taken.getLocalPort();
    }
    ServerAddress address =
        ServerAddress.of("jdbc:postgresql://127.0.0.1:" + port + "/?user=u&password=" + SECRET);
    ServerUnavailableException refused =
        assertThrows(ServerUnavailableException.class, () -> ServerIdentity.of(address));
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
    assertEquals(TargetServerType.PREFERSECONDARY, address.target());
    assertEquals(
        List.of(TargetServerType.SECONDARY, TargetServerType.ANY), address.target().inTurn());
    assertEquals(TargetServerType.ANY, ServerAddress.of("jdbc:postgresql://a/").target());
    assertThrows(
        IllegalArgumentException.class,
        () -> ServerAddress.of("jdbc:postgresql://a/?targetServerType=first"));
  }
}
