package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.archive.ArchiveStore;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.copies.CopiedStorage;
import dev.walden.testing.FaultyStorage;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an earlier receiver brought into one of two copies, before it died, is not acknowledged. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CopiedReceiverIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final WalSegmentSize SIZE = ReceiverFixture.SEGMENT_SIZE;

  @TempDir Path directory;
  private final InMemoryStorage first = new InMemoryStorage();
  private final InMemoryStorage second = new InMemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(second, 1);
  private final ReceiverFixture fixture = ReceiverFixture.into(first);

  private ArchiveStore both(PostgresServer server) throws IOException {
    return ReceiverFixture.into(
            CopiedStorage.of()
                .copy("first", () -> first)
                .copy("second", () -> faulty)
                .required(2)
                .retryInterval(Duration.ofMillis(50))
                .open())
        .archive(server);
  }

  private WalReceiver start(PostgresServer server, ArchiveStore archive) throws IOException {
    return fixture.receiver(server, archive).start();
  }

  private WalReceiver startWhileAway(PostgresServer server, ArchiveStore archive, boolean away)
      throws IOException {
    faulty.setUnavailable(away);
    return start(server, archive);
  }

  private static WalSegment current(PostgresServer server) throws Exception {
    Lsn position = Lsn.parse(server.query("SELECT pg_current_wal_lsn()"));
    return WalSegment.containing(TimelineId.FIRST, position, SIZE);
  }

  private static void write(PostgresServer server) throws Exception {
    server.execute("SELECT pg_logical_emit_message(false, 'w', 'al')", "SELECT pg_switch_wal()");
  }

  private boolean isInBoth(WalSegment segment) {
    return !first.list(name(segment), "", 1).isEmpty()
        && !second.list(name(segment), "", 1).isEmpty();
  }

  private String name(WalSegment segment) {
    return first.list("", "", 10_000).stream()
        .map(object -> object.name())
        .filter(name -> name.contains("/wal/") && name.contains(segment.toString()))
        .findFirst()
        .orElse("none of this name");
  }

  @Test
  void isNotAcknowledgedWhereCopiesDiffer() throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create()) {
      WalSegment half = receivedBefore(server);
      write(server);
      write(server);
      Path file = server.dataDirectory().resolve("pg_wal").resolve(half.toString());
      byte[] other = Files.readAllBytes(file);
      other[100] ^= 1;
      try (ArchiveStore one = fixture.archive(server);
          ArchiveStore two = ReceiverFixture.into(second).archive(server)) {
        one.push(half.fileName(), file);
        two.push(half.fileName(), ObjectSource.of(other));
      }
      try (ArchiveStore archive = both(server);
          WalReceiver receiver = start(server, archive)) {
        assertThrows(ArchiveConflictException.class, () -> receiver.await(LIMIT));
      }
      Lsn told = Lsn.parse(server.query("SELECT restart_lsn FROM pg_replication_slots"));
      assertFalse(told.isAfter(half.end().plus(-1)), told + " was acknowledged");
    }
  }

  /** Receives a segment into both; the one that comes then. */
  private WalSegment receivedBefore(PostgresServer server) throws Exception {
    try (ArchiveStore archive = both(server);
        WalReceiver receiver = start(server, archive)) {
      WalSegment whole = current(server);
      write(server);
      fixture.await(receiver, () -> isInBoth(whole));
    }
    return current(server);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isBroughtIntoTheOtherBefore(boolean away) throws Exception {
    try (PostgresServer server = ReceiverFixture.server(17, directory).create()) {
      WalSegment half = receivedBefore(server);
      write(server);
      write(server);
      try (ArchiveStore one = fixture.archive(server)) {
        one.push(
            half.fileName(), server.dataDirectory().resolve("pg_wal").resolve(half.toString()));
      }
      try (ArchiveStore archive = both(server);
          WalReceiver receiver = startWhileAway(server, archive, away)) {
        if (away) {
          assertFalse(receiver.await(Duration.ofMillis(1500)), "the receiver has ended");
          Lsn told =
              Lsn.parse(
                  server.query("SELECT coalesce(restart_lsn, '0/0') FROM pg_replication_slots"));
          assertFalse(told.isAfter(half.start()), told + " was acknowledged");
          faulty.setUnavailable(false);
        }
        fixture.awaitDurable(receiver, half.next().end());
        assertTrue(isInBoth(half), "it is in one copy, and acknowledged");
      }
    }
  }
}
