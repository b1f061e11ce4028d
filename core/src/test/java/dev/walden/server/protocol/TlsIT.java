package dev.walden.server.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.server.CountingSocketFactory;
import dev.walden.server.ServerAddress;
import dev.walden.server.ServerRefusedException;
import dev.walden.server.Servers;
import dev.walden.server.inspect.ServerIdentity;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.TlsServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsIT {
  private static final String PASSWORD = "gulliver's secret";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void streamsAndBacksUpOverVerifiedTlsAfterScram(int major) throws Exception {
    try (PostgresServer server = create(major)) {
      Properties properties = properties("server.crt");
      properties.setProperty("channelBinding", "require");
      try (WalsenderConnection connection =
          WalsenderConnection.open(ServerAddress.of(server.jdbcUrl(), properties))) {
        assertEquals("TLSv1.3", usedTls(server));
        connection.tick(Duration.ofMillis(1));
        server.execute("CREATE TABLE t AS SELECT generate_series(1, 100000)");
        Lsn start = WalSegmentSize.DEFAULT.startOf(1);
        ReplicationStream stream =
            connection.startReplication(Optional.empty(), start, TimelineId.FIRST);
        StreamedWal wal = new StreamedWal(stream, start);
        server.execute(
            "CREATE TABLE u AS SELECT generate_series(1, 200000)", "SELECT pg_switch_wal()");
        wal.readTo(start.plus(WalSegmentSize.DEFAULT.bytes()));
        assertArrayEquals(
            Servers.segment(server, "000000010000000000000001"),
            wal.bytes(start, start.plus(WalSegmentSize.DEFAULT.bytes())));
        stream.stop();

        BackupStream backup =
            connection.baseBackup(BaseBackupOptions.labelled("tls"), warning -> {});
        ReceivedBackup received = new ReceivedBackup();
        received.add(backup.nextArchive().orElseThrow());
        assertEquals(ReceivedBackup.listed(backup.manifest()), received.files());
        backup.end();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {17})
  void saysWhatIsWrongWithTheLogin(int major) throws Exception {
    try (PostgresServer server = create(major)) {
      TlsServer.certificate(folder, "other");
      refused(server, properties("other.crt"), "sslrootcert");
      refused(server, properties("none.crt"), "none.crt");

      Properties wrongPassword = properties("server.crt");
      wrongPassword.setProperty("password", "wrong");
      assertEquals("28P01", refused(server, wrongPassword, "check the user and the password"));

      Properties noPassword = properties("server.crt");
      noPassword.remove("password");
      refused(server, noPassword, "password");

      Properties plain = properties("server.crt");
      plain.setProperty("sslmode", "disable");
      assertEquals("28000", refused(server, plain, "add a line to pg_hba.conf"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {17})
  void usesTheUsersOwnSocketFactories(int major) throws Exception {
    try (PostgresServer server = create(major)) {
      Properties properties = properties("none.crt");
      properties.setProperty("sslmode", "require");
      properties.setProperty("sslfactory", "org.postgresql.ssl.NonValidatingFactory");
      properties.setProperty("socketFactory", CountingSocketFactory.class.getName());
      int before = CountingSocketFactory.MADE.get();
      try (WalsenderConnection connection =
          WalsenderConnection.open(ServerAddress.of(server.jdbcUrl(), properties))) {
        assertEquals(before + 1, CountingSocketFactory.MADE.get());
        assertEquals("TLSv1.3", usedTls(server));
        BackupStream backup =
            connection.baseBackup(BaseBackupOptions.labelled("own"), warning -> {});
        BackupArchive archive = backup.nextArchive().orElseThrow();
        assertTrue(archive.content().transferTo(OutputStream.nullOutputStream()) > 10_000_000);
        backup.end();
      }
    }
  }

  private static String refused(PostgresServer server, Properties properties, String advice) {
    ServerRefusedException refusal =
        assertThrows(
            ServerRefusedException.class,
            () -> ServerIdentity.of(ServerAddress.of(server.jdbcUrl(), properties)));
    assertTrue(refusal.getMessage().contains(advice), refusal::getMessage);
    for (Throwable e = refusal; e != null; e = e.getCause()) {
      assertFalse(e.toString().contains(PASSWORD), e::toString);
    }
    return refusal.sqlState();
  }

  private static String usedTls(PostgresServer server) throws Exception {
    return server.query(
        "SELECT version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
            + "WHERE backend_type = 'walsender'");
  }

  private Properties properties(String rootCertificate) {
    Properties properties = new Properties();
    properties.setProperty("user", "gulliver");
    properties.setProperty("password", PASSWORD);
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", folder.resolve(rootCertificate).toString());
    return properties;
  }

  private PostgresServer create(int major) throws Exception {
    PostgresServer server =
        TlsServer.create(
            PostgresBinaries.of(major),
            folder,
            "hostssl replication gulliver 127.0.0.1/32 scram-sha-256",
            "host replication gulliver 127.0.0.1/32 reject");
    server.execute(
        "CREATE ROLE gulliver LOGIN REPLICATION PASSWORD '" + PASSWORD.replace("'", "''") + "'");
    return server;
  }
}
