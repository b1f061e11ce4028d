package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.Servers;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalsenderConnectionIT {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void tellsWhatTheServerTells(int major) throws Exception {
    try (PostgresServer server =
            PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("data"))
                .segmentSize(WalSegmentSize.ofMegabytes(4))
                .create();
        WalsenderConnection connection = WalsenderConnection.open(Servers.address(server))) {
      IdentifySystemResult system = connection.identifySystem();
      assertEquals(
          server.query("SELECT system_identifier FROM pg_control_system()"),
          system.systemIdentifier().toString());
      assertEquals(TimelineId.FIRST, system.timeline());
      assertEquals(major, connection.version().major());
      assertEquals(
          new ClusterIdentity(
              system.systemIdentifier(), WalSegmentSize.ofMegabytes(4), connection.version()),
          ServerIdentity.of(Servers.address(server)));
      assertEquals("replica", connection.show("wal_level"));
      assertEquals(
          "walden",
          server.query(
              "SELECT application_name FROM pg_stat_activity "
                  + "WHERE backend_type = 'walsender'"));
      slots(server, connection, major);
    }
  }

  private static void slots(PostgresServer server, WalsenderConnection connection, int major)
      throws Exception {
    connection.createPhysicalSlot("reserving", true);
    connection.createPhysicalSlot("idle", false);
    if (major == 14) {
      assertEquals(
          ReplicationSlotState.Presence.UNKNOWN, connection.readSlot("reserving").presence());
    } else {
      assertEquals(
          new ReplicationSlotState(
              ReplicationSlotState.Presence.PRESENT,
              Optional.of(
                  Lsn.parse(
                      server.query(
                          "SELECT restart_lsn FROM pg_replication_slots "
                              + "WHERE slot_name = 'reserving'"))),
              Optional.of(TimelineId.FIRST)),
          connection.readSlot("reserving"));
      assertEquals(
          ReplicationSlotState.without(ReplicationSlotState.Presence.PRESENT),
          connection.readSlot("idle"));
      assertEquals(
          ReplicationSlotState.without(ReplicationSlotState.Presence.ABSENT),
          connection.readSlot("none"));
    }
    ServerRefusedException twice =
        assertThrows(
            ServerRefusedException.class, () -> connection.createPhysicalSlot("idle", false));
    assertEquals("42710", twice.sqlState());
    connection.dropPhysicalSlot("idle");
    ServerRefusedException gone =
        assertThrows(ServerRefusedException.class, () -> connection.dropPhysicalSlot("idle"));
    assertEquals("42704", gone.sqlState());
    assertEquals("reserving", server.query("SELECT slot_name FROM pg_replication_slots"));
  }

  @Test
  void givesTheHistoryOfATimelineByteForByte() throws Exception {
    try (PostgresServer primary =
        PostgresServer.create(PostgresBinaries.of(17), folder.resolve("primary"))) {
      try (PostgresServer standby = Servers.standby(primary, folder.resolve("standby"))) {
        primary.stop();
        standby.execute("SELECT pg_promote()");
        standby.awaitPromotion(Duration.ofSeconds(60));
        try (WalsenderConnection connection = WalsenderConnection.open(Servers.address(standby))) {
          assertArrayEquals(
              Files.readAllBytes(standby.dataDirectory().resolve("pg_wal/00000002.history")),
              connection.timelineHistory(new TimelineId(2)));
          ServerRefusedException none =
              assertThrows(
                  ServerRefusedException.class, () -> connection.timelineHistory(TimelineId.FIRST));
          assertEquals("58P01", none.sqlState());
          assertTrue(none.getMessage().contains("has no history"), none::getMessage);
          assertEquals(new TimelineId(2), connection.identifySystem().timeline());
        }
      }
    }
  }

  @Test
  void namesThatAreNoneNeverReachTheServer() throws Exception {
    try (PostgresServer server =
        PostgresServer.create(PostgresBinaries.of(18), folder.resolve("data"))) {
      WalsenderConnection connection = WalsenderConnection.open(Servers.address(server));
      for (String name : new String[] {"", "A", "a b", "a\"; DROP", "a-b", "x".repeat(64)}) {
        assertThrows(
            IllegalArgumentException.class, () -> connection.createPhysicalSlot(name, false));
        assertThrows(IllegalArgumentException.class, () -> connection.readSlot(name));
      }
      assertThrows(IllegalArgumentException.class, () -> connection.show("x; y"));
      assertEquals("0", server.query("SELECT count(*) FROM pg_replication_slots"));
      ServerRefusedException unknown =
          assertThrows(ServerRefusedException.class, () -> connection.show("no_such_setting"));
      assertEquals("42704", unknown.sqlState());
      connection.close();
      assertThrows(IllegalStateException.class, connection::identifySystem);
    }
  }
}
