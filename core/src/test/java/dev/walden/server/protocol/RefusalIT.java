package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.server.ServerAddress;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server refuses, and what we say should be changed. */
class RefusalIT {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void saysWhatToChangeAboutTheRole(int major) throws Exception {
    try (PostgresServer server = create(major)) {
      server.execute("CREATE ROLE swift LOGIN", "CREATE ROLE nobody REPLICATION NOLOGIN");
      assertRefused(server, "swift", "42501", "ALTER ROLE \"swift\" REPLICATION");
      server.execute("ALTER ROLE swift REPLICATION");
      ServerIdentity.of(address(server, "swift"));

      assertRefused(server, "nobody", "28000", "ALTER ROLE \"nobody\" LOGIN");
      assertRefused(server, "stranger", "28000", "CREATE ROLE");

      Files.writeString(
          server.dataDirectory().resolve("pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
      server.execute("SELECT pg_reload_conf()");
      ServerRefusedException noLine =
          assertRefused(server, "swift", "28000", "host replication swift");
      assertTrue(noLine.getMessage().contains("no pg_hba.conf entry"), noLine::getMessage);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void saysWhatToChangeAboutTheSettings(int major) throws Exception {
    try (PostgresServer server = create(major)) {
      server.execute(
          "ALTER SYSTEM SET max_wal_senders = 1", "ALTER SYSTEM SET max_replication_slots = 1");
      server.restart();
      try (WalsenderConnection only = WalsenderConnection.open(address(server, "postgres"))) {
        ServerUnavailableException full =
            assertThrows(
                ServerUnavailableException.class,
                () -> ServerIdentity.of(address(server, "postgres")));
        assertEquals("53300", full.sqlState());
        assertTrue(full.getMessage().contains("raise max_wal_senders"), full::getMessage);

        only.createPhysicalSlot("a", true);
        ServerRefusedException slots =
            assertThrows(ServerRefusedException.class, () -> only.createPhysicalSlot("b", true));
        assertEquals("53400", slots.sqlState());
        assertTrue(slots.getMessage().contains("max_replication_slots"), slots::getMessage);
        only.dropPhysicalSlot("a");
      }

      server.execute(
          "ALTER SYSTEM SET max_wal_senders = 0", "ALTER SYSTEM SET wal_level = 'minimal'");
      server.restart();
      assertRefused(server, "postgres", "53300", "wal_level = replica");
    }
  }

  @Test
  void aServerInRecoveryIsUnavailableForNow() throws Exception {
    try (PostgresServer server = create(17)) {
      server.stop();
      Files.createFile(server.dataDirectory().resolve("standby.signal"));
      try (PostgresServer standby =
          PostgresServer.builder(server.binaries(), server.dataDirectory())
              .setting("hot_standby", "off")
              .startExisting()) {
        ServerUnavailableException notYet =
            assertThrows(
                ServerUnavailableException.class,
                () -> ServerIdentity.of(address(standby, "postgres")));
        assertEquals("57P03", notYet.sqlState());
      }
    }
  }

  @Test
  void triesTheHostsOneAfterAnother() throws Exception {
    try (PostgresServer server = create(16)) {
      String hosts = "127.0.0.1:1,127.0.0.1:" + server.port();
      ServerAddress address = ServerAddress.of("jdbc:postgresql://" + hosts + "/?user=postgres");
      assertEquals(16, ServerIdentity.of(address).version().major());
    }
  }

  private PostgresServer create(int major) throws Exception {
    return PostgresServer.create(PostgresBinaries.of(major), folder.resolve("data"));
  }

  private static ServerAddress address(PostgresServer server, String user) {
    return ServerAddress.of(server.jdbcUrl() + "?user=" + user);
  }

  private static ServerRefusedException assertRefused(
      PostgresServer server, String user, String sqlState, String advice) throws IOException {
    ServerRefusedException refusal =
        assertThrows(ServerRefusedException.class, () -> ServerIdentity.of(address(server, user)));
    assertEquals(sqlState, refusal.sqlState(), refusal::getMessage);
    assertTrue(refusal.getMessage().contains(advice), refusal::getMessage);
    return refusal;
  }
}
