package dev.walden.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
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
          "jdbc:postgresql://h/%zz?password=" + SECRET
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
}
