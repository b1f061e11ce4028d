package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.server.ServerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ConnectionPropertiesTest {
  @Test
  void whatThisLibraryDependsOnWinsAndTheRestIsTheUsers() throws Exception {
    Properties properties =
        ConnectionProperties.of(
            ServerAddress.of(
                "jdbc:postgresql://h/db?replication=database&preferQueryMode=extended&gssEncMode="
                    + "require&assumeMinServerVersion=9.0&autosave=always&readOnly=true"
                    + "&loginTimeout=3&ApplicationName=mine&options=-c%20wal_sender_timeout=4s"));
    assertEquals("true", properties.getProperty("replication"));
    assertEquals("simple", properties.getProperty("preferQueryMode"));
    assertEquals("disable", properties.getProperty("gssEncMode"));
    assertEquals("14", properties.getProperty("assumeMinServerVersion"));
    assertEquals("never", properties.getProperty("autosave"));
    assertEquals("false", properties.getProperty("readOnly"));
    assertEquals("3", properties.getProperty("loginTimeout"));
    assertEquals("mine", properties.getProperty("ApplicationName"));
    assertEquals(
        "-c wal_sender_timeout=4s -c client_min_messages=warning",
        properties.getProperty("options"));
    assertEquals("10", properties.getProperty("connectTimeout"));
    assertEquals("true", properties.getProperty("tcpKeepAlive"));
  }

  @Test
  void oneOfSeveralHostsIsTheOnlyOne() throws Exception {
    List<ServerAddress> hosts =
        ServerAddress.of(
                "jdbc:postgresql://a:5433,b,[::1]:5434/?user=u&targetServerType=preferSlave")
            .hosts();
    Properties second = ConnectionProperties.of(hosts.get(1));
    assertEquals("b", second.getProperty("PGHOST"));
    assertEquals("5432", second.getProperty("PGPORT"));
    assertEquals("any", second.getProperty("targetServerType"));
  }

  @Test
  void patienceIsNoLongerThanItsUsersUnlessTheAddressSaysSo() throws Exception {
    ServerAddress plain = ServerAddress.of("jdbc:postgresql://h/");
    assertEquals(Duration.ofSeconds(60), plain.answerLimit());
    ServerAddress hasty = plain.within(Duration.ofMillis(2500));
    assertEquals(Duration.ofMillis(2500), hasty.answerLimit());
    assertEquals("2", ConnectionProperties.of(hasty).getProperty("loginTimeout"));
    assertEquals("2", ConnectionProperties.of(hasty).getProperty("connectTimeout"));
    ServerAddress patient = plain.within(Duration.ofMinutes(5));
    assertEquals(Duration.ofSeconds(60), patient.answerLimit());
    assertEquals("30", ConnectionProperties.of(patient).getProperty("loginTimeout"));
    ServerAddress own =
        ServerAddress.of("jdbc:postgresql://h/?socketTimeout=7&loginTimeout=8&connectTimeout=9")
            .within(Duration.ofMillis(1));
    assertEquals(Duration.ofSeconds(7), own.answerLimit());
    assertEquals("8", ConnectionProperties.of(own).getProperty("loginTimeout"));
    assertEquals("9", ConnectionProperties.of(own).getProperty("connectTimeout"));
    assertEquals("2", ConnectionProperties.of(hasty.hosts().get(0)).getProperty("loginTimeout"));
  }
}
