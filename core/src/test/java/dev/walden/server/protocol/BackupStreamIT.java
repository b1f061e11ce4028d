package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.server.ServerRefusedException;
import dev.walden.server.Servers;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupStreamIT {
  private static final String LABEL = "it's a \\ label, süß";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void bringsExactlyTheFilesOfTheServersManifest(int major) throws Exception {
    try (PostgresServer server = create(major)) {
      long oid = Long.parseLong(server.query("SELECT oid FROM pg_tablespace WHERE spcname = 'ts'"));
      BackupStream backup =
          WalsenderConnection.open(Servers.address(server))
              .baseBackup(BaseBackupOptions.labelled(LABEL), warning -> {});
      assertEquals(List.of(oid), backup.tablespaces().stream().map(BackupTablespace::oid).toList());
      BackupTablespace tablespace = backup.tablespaces().get(0);
      assertEquals(tablespaceFolder().toString(), tablespace.location());
      assertTrue(tablespace.estimatedKilobytes().getAsLong() > 1000, tablespace::toString);
      assertTrue(backup.estimatedKilobytes().getAsLong() > 10_000);
      assertEquals(TimelineId.FIRST, backup.startTimeline());

      ReceivedBackup received = new ReceivedBackup();
      List<Optional<Long>> order = new ArrayList<>();
      for (Optional<BackupArchive> archive = backup.nextArchive();
          archive.isPresent();
          archive = backup.nextArchive()) {
        System.gc(); // PgJDBC closes the socket of a connection that nobody holds
        order.add(archive.get().tablespaceOid());
        received.add(archive.get());
      }
      assertEquals(List.of(Optional.of(oid), Optional.empty()), order);
      Map<String, String> listed = ReceivedBackup.listed(backup.manifest());
      assertTrue(listed.size() > 500, listed::toString);
      assertEquals(listed, received.files());
      assertTrue(received.text("tablespace_map").startsWith(oid + " "));
      assertTrue(received.text("backup_label").contains("LABEL: " + LABEL + "\n"));
      assertTrue(
          received
              .text("backup_label")
              .contains("START WAL LOCATION: " + backup.startLsn() + " (file "));
      BackupEnd end = backup.end();
      assertTrue(end.endLsn().isAfter(backup.startLsn()));
      assertEquals(TimelineId.FIRST, end.endTimeline());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void whatIsNotReadIsPassedOver(int major) throws Exception {
    try (PostgresServer server = create(major);
        WalsenderConnection connection = WalsenderConnection.open(Servers.address(server))) {
      BackupStream unread =
          connection.baseBackup(BaseBackupOptions.labelled("unread"), warning -> {});
      assertThrows(IllegalStateException.class, connection::identifySystem);
      assertTrue(unread.end().endLsn().isAfter(unread.startLsn()));

      BackupStream partly =
          connection.baseBackup(BaseBackupOptions.labelled("partly"), warning -> {});
      InputStream first = partly.nextArchive().orElseThrow().content();
      assertEquals(100_000, first.readNBytes(100_000).length);
      BackupArchive second = partly.nextArchive().orElseThrow();
      assertThrows(IOException.class, first::read);
      assertEquals(Optional.empty(), second.tablespaceOid());
      assertTrue(second.content().transferTo(OutputStream.nullOutputStream()) > 10_000_000);
      assertEquals(-1, second.content().read());
      assertEquals(Optional.empty(), partly.nextArchive());
      assertEquals('{', partly.manifest().read());
      partly.end();
      connection.identifySystem();

      ServerRefusedException late =
          assertThrows(
              ServerRefusedException.class,
              () -> {
                damageOnDisk(server);
                BackupStream damaged =
                    connection.baseBackup(BaseBackupOptions.labelled("bad"), warning -> {});
                assertFalse(ReceivedBackup.listed(damaged.manifest()).isEmpty());
                damaged.end();
              });
      assertEquals("XX001", late.sqlState());
      Lsn position = connection.identifySystem().position();
      assertTrue(position.isAfter(partly.startLsn()));
    }
  }

  /** Flips a byte of a page that is not in the server's memory, so that its checksum is wrong. */
  private static void damageOnDisk(PostgresServer server) throws Exception {
    Path file =
        server.dataDirectory().resolve(server.query("SELECT pg_relation_filepath('in_ts')"));
    byte[] bytes = Files.readAllBytes(file);
    bytes[3 * 8192 + 5000] ^= 1;
    Files.write(file, bytes);
  }

  private PostgresServer create(int major) throws Exception {
    Files.createDirectories(tablespaceFolder());
    PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("data"))
            .initdb("--data-checksums")
            .create();
    server.execute(
        "CREATE TABLESPACE ts LOCATION '" + tablespaceFolder() + "'",
        "CREATE TABLE in_ts TABLESPACE ts AS "
            + "SELECT i, repeat(md5(i::text), 8) FROM generate_series(1, 10000) i",
        "CHECKPOINT");
    return server;
  }

  private Path tablespaceFolder() {
    return folder.resolve("tablespace");
  }
}
