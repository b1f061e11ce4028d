package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.Credentials;
import dev.walden.server.LoginRefusedException;
import dev.walden.server.ServerAddress;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.testing.TlsServer;
import dev.walden.wal.Lsn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody changes about the login, while a receiver runs, does not end archiving. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoginRotationIT {
  @TempDir Path folder;

  private final ReceiverFixture fixture = ReceiverFixture.into(new InMemoryStorage());
  private final AtomicReference<String> password = new AtomicReference<>("one");

  private PostgresServer server(int major) throws Exception {
    PostgresServer server =
        TlsServer.create(
            PostgresBinaries.of(major),
            folder,
            "hostssl replication archiver 127.0.0.1/32 scram-sha-256");
    server.execute("CREATE ROLE archiver LOGIN REPLICATION PASSWORD 'one'");
    return server;
  }

  private ServerAddress address(PostgresServer server) throws Exception {
    return ServerAddress.of(server.jdbcUrl() + "?user=nobody&sslmode=verify-full")
        .credentials(() -> new Credentials("archiver", password.get()))
        .tls(trusting(folder.resolve("server.crt")));
  }

  private static SSLContext trusting(Path certificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  /** Ends the connection, as a network does. */
  private static void disconnect(PostgresServer server) throws Exception {
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE backend_type = 'walsender'");
  }

  private void awaitArchived(PostgresServer server, WalReceiver receiver) throws Exception {
    server.execute("SELECT pg_logical_emit_message(false, 'walden', 'x')");
    Lsn end = Lsn.parse(server.query("SELECT pg_switch_wal()"));
    fixture.awaitArchived(receiver, end);
  }

  private void awaitTrouble(WalReceiver receiver, String text) throws Exception {
    fixture.await(
        receiver,
        () -> receiver.status().trouble().map(Throwable::getMessage).orElse("").contains(text));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void aReceiverGoesOnAfterALoginWasRefused(int major) throws Exception {
    try (PostgresServer server = server(major);
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(address(server), archive).start()) {
      awaitArchived(server, receiver);
      server.execute("ALTER ROLE archiver PASSWORD 'two'");
      disconnect(server);
      awaitTrouble(receiver, "28P01");
      assertFalse(receiver.status().trouble().toString().contains("one"));
      assertFalse(receiver.status().health(Duration.ofHours(1)).healthy());
      password.set("two");
      awaitArchived(server, receiver);
      assertTrue(receiver.status().health(Duration.ofHours(1)).healthy());

      server.execute("ALTER ROLE archiver NOLOGIN");
      disconnect(server);
      awaitTrouble(receiver, "28000");
      server.execute("ALTER ROLE archiver LOGIN NOREPLICATION");
      awaitTrouble(receiver, "ALTER ROLE \"archiver\" REPLICATION");
      server.execute("ALTER ROLE archiver REPLICATION");
      awaitArchived(server, receiver);
    }
  }

  @Test
  void aLoginThatNeverWorkedEndsAReceiver() throws Exception {
    password.set("wrong");
    try (PostgresServer server = server(17);
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = fixture.receiver(address(server), archive).start()) {
      LoginRefusedException refusal =
          assertThrows(LoginRefusedException.class, () -> receiver.await(Duration.ofSeconds(60)));
      assertTrue(refusal.getMessage().contains("check the user and the password"));
    }
  }

  @Test
  void credentialsThatAreNotAvailableNowAreAskedForAgain() throws Exception {
    AtomicReference<IOException> unavailable =
        new AtomicReference<>(new IOException("the vault is sealed"));
    try (PostgresServer server = server(17);
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver =
            fixture
                .receiver(
                    address(server)
                        .credentials(
                            () -> {
                              IOException reason = unavailable.get();
                              if (reason != null) {
                                throw reason;
                              }
                              return new Credentials("archiver", password.get());
                            }),
                    archive)
                .start()) {
      awaitTrouble(receiver, "the vault is sealed");
      unavailable.set(null);
      awaitArchived(server, receiver);
    }
  }
}
