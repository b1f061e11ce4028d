package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalTail;
import dev.walden.server.Proxy;
import dev.walden.server.ServerAddress;
import dev.walden.server.Servers;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** WAL that is damaged on its way or was before, and records so long that they are checked late. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DamagedStreamIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final WalSegmentSize SIZE = ReceiverFixture.SEGMENT_SIZE;
  private static final String WORDS = "these words are damaged";

  private enum Durability {
    SEGMENT,
    SPOOL,
    TAIL
  }

  @TempDir Path directory;
  private final ReceiverFixture fixture = ReceiverFixture.into(new InMemoryStorage()).limit(LIMIT);

  private PostgresServer server() throws Exception {
    return ReceiverFixture.server(17, directory).setting("max_wal_size", "1GB").create();
  }

  private WalReceiver.Builder receiver(
      ServerAddress address, ArchiveStore archive, Durability durability) {
    WalReceiver.Builder builder = fixture.receiver(address, archive);
    return switch (durability) {
      case SEGMENT -> builder;
      // a record of 40 MB is more than may lie there
      case SPOOL -> builder.spool(directory.resolve("spool")).spoolLimit(10 << 20);
      case TAIL -> builder.tail().tailInterval(Duration.ofMillis(20));
    };
  }

  private static Lsn lsn(PostgresServer server, String query) throws Exception {
    return Lsn.parse(server.query("SELECT " + query));
  }

  /** Writes a record that ends with the words; where it begins at the earliest, and its end. */
  private static Lsn[] writeWords(PostgresServer server, int length) throws Exception {
    Lsn before = lsn(server, "pg_current_wal_insert_lsn()");
    Lsn end =
        lsn(
            server,
            "pg_logical_emit_message(false, 'x', repeat('y', " + length + ") || '" + WORDS + "')");
    server.execute("CREATE TABLE t (v text)");
    return new Lsn[] {before, end};
  }

  private static Lsn writeMore(PostgresServer server) throws Exception {
    server.execute(
        "INSERT INTO t SELECT repeat(md5(i::text), 20) FROM generate_series(1, 8000) i",
        "SELECT pg_switch_wal()");
    return SIZE.floor(lsn(server, "pg_current_wal_lsn()"));
  }

  private void assertEqualsServers(PostgresServer server, ArchiveStore archive, Lsn from, Lsn to)
      throws Exception {
    for (WalSegment s = segment(from); s.start().isBefore(to); s = s.next()) {
      Path fetched = directory.resolve("fetched");
      archive.fetch(s.fileName(), fetched);
      assertArrayEquals(
          Servers.segment(server, s.toString()), Files.readAllBytes(fetched), s.toString());
    }
  }

  private static WalSegment segment(Lsn lsn) {
    return WalSegment.containing(TimelineId.FIRST, lsn, SIZE);
  }

  /** Nothing of the record, or behind it, is acknowledged or archived. */
  private static void assertEndsBefore(
      PostgresServer server, ArchiveStore archive, WalReceiver receiver, Lsn[] record)
      throws Exception {
    // a page's header may lie before it
    Lsn end = record[0].plus(40);
    assertFalse(receiver.status().durable().isAfter(end), receiver.status().toString());
    Lsn slot = lsn(server, "restart_lsn FROM pg_replication_slots");
    assertFalse(slot.isAfter(end), "the slot was moved to " + slot);
    for (WalTail tail : archive.inventory().tails()) {
      assertFalse(tail.end().isAfter(end), tail.toString());
    }
    for (WalSegment s = segment(record[0]); s.start().isBefore(record[1]); s = s.next()) {
      assertFalse(archive.contains(s.fileName()), s + " is archived");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatTheNetworkDamagesComesAgain(Durability durability) throws Exception {
    try (PostgresServer server = server();
        ArchiveStore archive = fixture.archive(server);
        Proxy network = Proxy.damaging(server.port(), WORDS, 1);
        WalReceiver receiver =
            receiver(Servers.address(server, network.port()), archive, durability).start()) {
      fixture.awaitStreaming(receiver);
      Lsn[] record = writeWords(server, 3_000_000);
      Lsn end = writeMore(server);
      fixture.awaitArchived(receiver, end);
      assertEquals(0, network.damagesLeft());
      assertEquals(2, receiver.status().connections());
      assertEqualsServers(server, archive, record[0], end);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingDamagedIsAcknowledged(Durability durability) throws Exception {
    try (PostgresServer server = server();
        ArchiveStore archive = fixture.archive(server)) {
      Lsn[] record = damagedTwice(server, archive, durability);
      try (WalReceiver next = receiver(Servers.address(server), archive, durability).start()) {
        Lsn end = writeMore(server);
        fixture.awaitArchived(next, end);
        assertEqualsServers(server, archive, record[0], end);
      }
    }
  }

  private Lsn[] damagedTwice(PostgresServer server, ArchiveStore archive, Durability durability)
      throws Exception {
    try (Proxy network = Proxy.damaging(server.port(), WORDS, 1000);
        WalReceiver receiver =
            receiver(Servers.address(server, network.port()), archive, durability).start()) {
      fixture.awaitStreaming(receiver);
      Lsn[] record = writeWords(server, 40_000_000);
      CorruptFileException e =
          assertThrows(CorruptFileException.class, () -> receiver.await(LIMIT));
      assertTrue(e.getMessage().contains("record at "), e::getMessage);
      assertEquals(998, network.damagesLeft());
      assertEndsBefore(server, archive, receiver, record);
      return record;
    }
  }

  @Test
  void aServersDamagedSegmentEndsTheReceiver() throws Exception {
    try (PostgresServer server = server();
        ArchiveStore archive = fixture.archive(server)) {
      server.execute("SELECT pg_create_physical_replication_slot('walden', true)");
      Lsn[] record = writeWords(server, 20_000);
      for (int i = 0; i < 4; i++) {
        // out of the server's memory, from which it would send what it wrote
        writeMore(server);
      }
      Path file = server.dataDirectory().resolve("pg_wal").resolve(segment(record[1]).toString());
      byte[] bytes = Files.readAllBytes(file);
      int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(WORDS);
      assertTrue(at >= 0, "the words are in another segment");
      bytes[at] ^= 1;
      Files.write(file, bytes);
      try (WalReceiver receiver =
          receiver(Servers.address(server), archive, Durability.SEGMENT).start()) {
        CorruptFileException e =
            assertThrows(CorruptFileException.class, () -> receiver.await(LIMIT));
        assertTrue(e.getMessage().contains("incorrect checksum"), e::getMessage);
        assertEndsBefore(server, archive, receiver, record);
        assertEquals(2, receiver.status().connections());
      }
    }
  }
}
