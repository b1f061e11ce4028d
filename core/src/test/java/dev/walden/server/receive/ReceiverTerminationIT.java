package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.WrongClusterException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.server.ServerAddress;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A receiver that ends says so: in the log, by its stage, and in its health. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReceiverTerminationIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream before = System.err;

  @BeforeEach
  void readTheLog() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void leaveTheLog() {
    System.setErr(before);
  }

  private List<String> errors() {
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(" ERROR "))
        .toList();
  }

  @Test
  void whatEndsAReceiverIsLoggedOnceWithItsName() throws Exception {
    ClusterIdentity another =
        new ClusterIdentity(new SystemIdentifier(1), ReceiverFixture.SEGMENT_SIZE, PgVersion.PG_17);
    try (PostgresServer server = ReceiverFixture.server(17, folder).create();
        ArchiveStore archive =
            ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), another);
        WalReceiver receiver = receiver(server, archive).name("orders").start()) {
      ExecutionException end =
          assertThrows(
              ExecutionException.class,
              () -> receiver.termination().toCompletableFuture().get(60, TimeUnit.SECONDS));
      assertInstanceOf(WrongClusterException.class, end.getCause());
      assertEquals(1, errors().size(), errors()::toString);
      String error = errors().get(0);
      assertTrue(error.contains("receiver \"orders\" has ended"), error);
      assertTrue(error.contains(end.getCause().getMessage()), error);
      WalReceiverHealth health = receiver.status().health(LIMIT);
      assertFalse(health.healthy());
      assertTrue(health.reason().contains(end.getCause().getMessage()), health::reason);
    }
  }

  @Test
  void oneThatIsClosedEndsQuietly() throws Exception {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    ReceiverFixture fixture = ReceiverFixture.into(storage);
    try (PostgresServer server = ReceiverFixture.server(17, folder).create();
        ArchiveStore archive = fixture.archive(server)) {
      WalReceiver receiver =
          receiver(server, archive)
              .listener(event -> threads.add(Thread.currentThread().getName()))
              .start();
      assertEquals("one_of_many", receiver.name());
      fixture.await(receiver, () -> !threads.isEmpty());
      receiver.close();
      receiver.termination().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
    assertEquals(List.of(), errors());
    assertTrue(
        threads.stream().allMatch(name -> name.startsWith("walden-one_of_many-")),
        threads::toString);
  }

  private static WalReceiver.Builder receiver(PostgresServer server, ArchiveStore archive)
      throws IOException {
    return WalReceiver.from(ServerAddress.of(server.jdbcUrl() + "?user=" + server.user()))
        .into(archive)
        .slot("one_of_many");
  }
}
