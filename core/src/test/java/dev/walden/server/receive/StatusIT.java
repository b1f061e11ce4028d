package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.server.Servers;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a receiver says of itself. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StatusIT {
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir Path directory;
  private final FaultyStorage storage = new FaultyStorage(new InMemoryStorage(), 1);
  private final ReceiverFixture fixture = ReceiverFixture.into(storage);
  private final List<WalReceiverEvent> events = new CopyOnWriteArrayList<>();

  private WalReceiver.Builder receiver(PostgresServer server, ArchiveStore archive) {
    return fixture.receiver(server, archive).stallLimit(SHORT).listener(events::add);
  }

  private void awaitEvent(Predicate<WalReceiverEvent> wanted) throws Exception {
    fixture.await(events::toString, () -> events.stream().anyMatch(wanted));
  }

  private void awaitCovered(WalReceiver receiver, PostgresServer server) throws Exception {
    Lsn end = server.flushed();
    fixture.await(
        receiver,
        () ->
            !receiver.status().durable().isBefore(end)
                && receiver.status().lag().equals(Duration.ZERO));
  }

  @Test
  void tellsWhenDurabilityStallsAndResumes() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver =
            receiver(server, archive).tail().tailInterval(Duration.ZERO).start()) {
      server.execute("CREATE TABLE t (v text)");
      awaitCovered(receiver, server);
      WalReceiverStatus well = receiver.status();
      assertEquals(0, well.lagBytes().orElseThrow().durable(), well.toString());
      assertEquals(0, well.lagBytes().orElseThrow().received(), well.toString());
      assertTrue(well.lagBytes().orElseThrow().archived() > 0, "the segment is open");
      assertTrue(well.health(SHORT).healthy(), well.toString());

      storage.setUnavailable(true);
      server.execute("INSERT INTO t VALUES ('x')");
      fixture.await(receiver, () -> !receiver.status().health(SHORT).healthy());
      WalReceiverStatus ill = receiver.status();
      assertTrue(ill.health(LONG).healthy(), ill.toString());
      assertTrue(ill.lagBytes().orElseThrow().durable() > 0, ill.toString());
      assertTrue(ill.lag().compareTo(SHORT) > 0, ill.toString());
      assertTrue(ill.health(SHORT).reason().contains("not durable"), ill.health(SHORT)::reason);
      awaitEvent(WalReceiverEvent.DurabilityStalled.class::isInstance);

      storage.setUnavailable(false);
      awaitCovered(receiver, server);
      awaitEvent(WalReceiverEvent.DurabilityResumed.class::isInstance);
      assertTrue(receiver.status().health(SHORT).healthy());
      assertTrue(receiver.status().trouble().isEmpty());
      assertTrue(receiver.status().lastError().isPresent(), "the error is forgotten");
    }
  }

  @Test
  void anOpenSegmentIsOldButNotOverdue() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver = receiver(server, archive).start()) {
      server.execute("CREATE TABLE t (v text)");
      Lsn written = server.flushed();
      fixture.awaitReceived(receiver, written);
      fixture.await(receiver, () -> receiver.status().lag().compareTo(SHORT.multipliedBy(2)) > 0);
      WalReceiverStatus idle = receiver.status();
      assertEquals(Duration.ZERO, idle.overdue(), idle.toString());
      assertTrue(idle.health(SHORT).healthy(), idle.toString());

      storage.setUnavailable(true);
      server.execute("SELECT pg_switch_wal()", "INSERT INTO t VALUES ('x')");
      fixture.await(receiver, () -> !receiver.status().health(SHORT).healthy());
      storage.setUnavailable(false);
      fixture.await(receiver, () -> receiver.status().health(SHORT).healthy());
      assertTrue(receiver.status().segmentsArchived() >= 1, receiver.status().toString());
      awaitEvent(WalReceiverEvent.SegmentArchived.class::isInstance);
    }
  }

  @Test
  void isIllWithoutAServerAndWellAgainWithIt() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server)) {
      WalReceiver receiver = receiver(server, archive).spool(directory.resolve("spool")).start();
      try (receiver) {
        server.execute("CREATE TABLE t (v text)");
        awaitCovered(receiver, server);
        server.stop();
        fixture.await(receiver, () -> !receiver.status().health(SHORT).healthy());
        String reason = receiver.status().health(SHORT).reason();
        assertTrue(reason.startsWith("no stream for "), reason);
        assertTrue(receiver.status().lag().compareTo(SHORT) > 0, "nobody knows what it has");
        awaitEvent(
            event ->
                event instanceof WalReceiverEvent.Disconnected lost && lost.reason().isPresent());
        awaitEvent(WalReceiverEvent.DurabilityStalled.class::isInstance);
        server.start();
        awaitCovered(receiver, server);
        assertTrue(receiver.status().health(SHORT).healthy(), receiver.status().toString());
        assertTrue(receiver.status().connections() > 1, receiver.status().toString());
        awaitEvent(WalReceiverEvent.DurabilityResumed.class::isInstance);
      }
      awaitEvent(WalReceiverEvent.Stopped.class::isInstance);
      assertInstanceOf(WalReceiverEvent.Streaming.class, events.get(0));
      assertInstanceOf(WalReceiverEvent.Stopped.class, events.get(events.size() - 1));
      assertEquals("stopped", receiver.status().health(LONG).reason());
    }
  }

  @Test
  void followsASwitchOfTimelines() throws Exception {
    try (PostgresServer primary = ReceiverFixture.server(17, directory).create();
        PostgresServer standby = Servers.standby(primary, directory.resolve("standby"));
        ArchiveStore archive = fixture.archive(primary);
        WalReceiver receiver =
            receiver(standby, archive).spool(directory.resolve("spool")).start()) {
      primary.execute("CREATE TABLE t (v text)");
      Lsn end = primary.flushed();
      fixture.awaitDurable(receiver, end);
      primary.stop();
      standby.execute("SELECT pg_promote()");
      awaitEvent(WalReceiverEvent.TimelineSwitched.class::isInstance);
      standby.execute("INSERT INTO t VALUES ('x')");
      awaitCovered(receiver, standby);
      assertTrue(receiver.status().health(LONG).healthy(), receiver.status().toString());
      assertEquals(0, receiver.status().lagBytes().orElseThrow().durable());
    }
  }

  @Test
  void aListenerHoldsUpNothing() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    try (PostgresServer server = ReceiverFixture.server(17, directory).create();
        ArchiveStore archive = fixture.archive(server);
        WalReceiver receiver =
            receiver(server, archive)
                .listener(
                    event -> {
                      try {
                        released.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      events.add(event);
                      throw new IllegalStateException("on purpose");
                    })
                .start()) {
      server.execute("CREATE TABLE t (v text)");
      for (int i = 0; i < 5; i++) {
        server.execute("INSERT INTO t VALUES ('x')", "SELECT pg_switch_wal()");
      }
      fixture.await(receiver, () -> receiver.status().segmentsArchived() >= 5);
      assertTrue(events.isEmpty(), events.toString());
      released.countDown();
      fixture.await(
          receiver,
          () ->
              events.stream().filter(WalReceiverEvent.SegmentArchived.class::isInstance).count()
                  >= 5);
    }
  }
}
