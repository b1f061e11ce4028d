package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.FetchOutcome;
import dev.walden.server.Proxy;
import dev.walden.server.ServerAddress;
import dev.walden.server.Servers;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two receivers, or a receiver and the server's {@code archive_command}, and one archive. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TwoReceiversIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final WalSegmentSize SIZE = ReceiverFixture.SEGMENT_SIZE;

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final ReceiverFixture fixture = ReceiverFixture.into(storage);
  private Path copies;
  private PostgresServer server;

  @BeforeEach
  void start() throws Exception {
    copies = Files.createDirectory(directory.resolve("copies"));
    server =
        ReceiverFixture.server(17, directory)
            .setting("archive_mode", "on")
            .setting(
                "archive_command",
                "cp %p " + copies + "/%f.part && mv " + copies + "/%f.part " + copies + "/%f")
            .create();
    server.execute("CREATE TABLE t (v text)");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  /** Each receiver, in a process of its own, has its own store. */
  private WalReceiver.Builder receiver(ServerAddress address, String slot, boolean tail)
      throws Exception {
    WalReceiver.Builder builder =
        fixture
            .receiver(address, fixture.archive(server))
            .slot(slot)
            .statusInterval(Duration.ofSeconds(1))
            .retryLimit(Duration.ofMillis(400));
    return tail ? builder.tail().tailInterval(Duration.ofMillis(10)) : builder;
  }

  private static void end(WalReceiver receiver) {
    receiver.close();
  }

  /** Writes segments; the end of the last that is complete. */
  private Lsn write(int rows) throws Exception {
    server.execute(
        "INSERT INTO t SELECT repeat(md5(i::text), 4) FROM generate_series(1, " + rows + ") i",
        "SELECT pg_switch_wal()",
        "INSERT INTO t VALUES ('begins the next')");
    return SIZE.floor(server.flushed());
  }

  private static boolean isRefused(WalReceiver receiver) {
    return receiver.status().state() == WalReceiverStatus.State.WAITING
        && receiver
            .status()
            .trouble()
            .filter(trouble -> trouble.getMessage().contains("another receiver uses"))
            .isPresent();
  }

  /** The runs, by their random names, that have pieces of a segment. */
  private Set<String> runs(WalSegment segment) {
    return storage.list("", "", 10_000).stream()
        .map(StoredObject::name)
        .filter(name -> name.contains("/" + segment + ".") && name.contains(".tail"))
        .map(name -> name.replaceAll(".*-([0-9a-f]+)\\.tail.*", "$1"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether no piece is left of the segments that are whole. */
  private boolean isTidy(ArchiveStore archive) throws Exception {
    return archive.inventory().tails().stream()
        .noneMatch(
            tail -> {
              try {
                return archive.contains(tail.segment().fileName());
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theSecondOneTakesOverWhereItWaited(boolean tail) throws Exception {
    try (ArchiveStore archive = fixture.archive(server);
        WalReceiver first = receiver(Servers.address(server), "one", tail).start()) {
      fixture.awaitArchived(first, write(3000));
      String pid = server.query("SELECT active_pid FROM pg_replication_slots");
      try (WalReceiver second = receiver(Servers.address(server), "one", tail).start()) {
        fixture.await(List.of(first, second), () -> isRefused(second));
        String message = second.status().trouble().orElseThrow().getMessage();
        assertTrue(message.contains("PID " + pid), message);
        fixture.awaitArchived(first, write(3000));
        long tries = second.status().connections();
        long start = System.nanoTime();
        Thread.sleep(2000);
        tries = second.status().connections() - tries;
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        // 200 to 400 ms between them
        assertTrue(tries <= tookMs / 200 + 2, tries + " tries in " + tookMs + " ms");
        assertEquals(WalReceiverStatus.State.STREAMING, first.status().state());
        end(first);
        fixture.awaitArchived(second, write(3000));
        fixture.await(second, () -> isTidy(archive));
        Servers.assertArchived(server, archive, 1);
      }
    }
  }

  /** Whoever was cut off, and replaced, may find that what it wants next is archived and gone. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void takesOverFromTheOneThatTookOver(boolean tail) throws Exception {
    server.execute("ALTER SYSTEM SET wal_keep_size = 0", "SELECT pg_reload_conf()");
    try (Proxy proxy = Proxy.of(server.port());
        ArchiveStore archive = fixture.archive(server);
        WalReceiver first =
            receiver(
                    Servers.address(server, proxy.port(), "&options=-c%20wal_sender_timeout=2s"),
                    "one",
                    tail)
                .timeout(Duration.ofSeconds(2))
                .start()) {
      fixture.awaitArchived(first, write(3000));
      Lsn before = server.flushed();
      fixture.awaitReceived(first, before);
      try (WalReceiver second = receiver(Servers.address(server), "one", tail).start()) {
        fixture.await(second, () -> isRefused(second));
        proxy.turn(Proxy.State.SWALLOWING);
        fixture.awaitArchived(second, write(6000));
        proxy.turn(Proxy.State.FORWARDING);
        fixture.await(List.of(first, second), () -> isRefused(first));
        Lsn removed = write(6000);
        fixture.awaitArchived(second, removed);
        fixture.await(
            second,
            () -> {
              server.execute("CHECKPOINT");
              return !Files.exists(
                  server
                      .dataDirectory()
                      .resolve("pg_wal")
                      .resolve(WalSegment.containing(TimelineId.FIRST, before, SIZE).toString()));
            });
        // what it leaves when it is closed nobody else removes before another one is started
        fixture.await(second, () -> isTidy(archive));
      }
      Lsn end = write(3000);
      fixture.awaitArchived(first, end);
      fixture.await(first, () -> isTidy(archive));
      assertEquals(1, archive.inventory().ranges(TimelineId.FIRST).size());
      assertCopied(archive);
    }
  }

  /** Compares what is archived with what archive_command copied. */
  private void assertCopied(ArchiveStore archive) throws Exception {
    int compared = 0;
    for (Path copy : segmentsCopied()) {
      WalSegment segment =
          ((WalFileName.Segment) WalFileName.parse(copy.getFileName().toString())).segment(SIZE);
      if (archive.contains(segment.fileName())) {
        try (var in = archive.open(segment).orElseThrow()) {
          assertArrayEquals(Files.readAllBytes(copy), in.readAllBytes(), segment.toString());
        }
        compared++;
      }
    }
    assertTrue(compared > 3, compared + " segments were compared");
  }

  private List<Path> segmentsCopied() throws Exception {
    try (var files = Files.list(copies)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}"))
          .sorted()
          .toList();
    }
  }

  @Test
  void twoSlotsAndPushesFillOneArchive() throws Exception {
    try (ArchiveStore archive = fixture.archive(server);
        WalReceiver first = receiver(Servers.address(server), "one", true).start();
        WalReceiver second = receiver(Servers.address(server), "two", true).start();
        WalReceiver third = receiver(Servers.address(server), "three", false).start()) {
      List<WalReceiver> all = List.of(first, second, third);
      Lsn pushed = server.flushed();
      for (int round = 0; round < 5; round++) {
        Lsn end = write(4000);
        pushed = push(archive, pushed, end);
        fixture.await(
            all, () -> all.stream().noneMatch(one -> one.status().archived().isBefore(end)));
      }
      // each removes its own last; what it cannot before it is closed, the next one does
      fixture.await(all, () -> isTidy(archive));
      Lsn open = server.flushed();
      WalSegment segment = WalSegment.containing(TimelineId.FIRST, open, SIZE);
      fixture.await(
          all,
          () ->
              !first.status().durable().isBefore(open)
                  && !second.status().durable().isBefore(open));
      assertEquals(2, runs(segment).size(), "pieces of both");
      assertFetched(archive, open);
      end(first);
      assertFetched(archive, open);
      write(100);
      fixture.await(
          List.of(second, third), () -> archive.contains(segment.fileName()) && isTidy(archive));
      for (WalReceiver receiver : List.of(second, third)) {
        assertTrue(receiver.status().trouble().isEmpty(), receiver.status().toString());
        assertEquals(1, receiver.status().connections());
      }
      Servers.assertArchived(server, archive, 1);
    }
  }

  /** Does what an {@code archive_command} does, while receivers are at the same segments. */
  private Lsn push(ArchiveStore archive, Lsn from, Lsn end) throws Exception {
    WalSegment segment = WalSegment.containing(TimelineId.FIRST, from, SIZE);
    for (; segment.start().isBefore(end); segment = segment.next()) {
      archive.push(
          segment.fileName(), server.dataDirectory().resolve("pg_wal").resolve(segment.toString()));
    }
    return end;
  }

  private void assertFetched(ArchiveStore archive, Lsn end) throws Exception {
    WalSegment segment = WalSegment.containing(TimelineId.FIRST, end, SIZE);
    Path target = directory.resolve("fetched");
    assertEquals(FetchOutcome.BEGINNING, archive.fetch(segment.fileName(), target));
    int length = SIZE.offset(end);
    assertArrayEquals(
        Arrays.copyOf(Servers.segment(server, segment.toString()), length),
        Arrays.copyOf(Files.readAllBytes(target), length));
  }
}
