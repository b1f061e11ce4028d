package dev.walden.server.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.codec.AgeIdentity;
import dev.walden.importing.WalImport;
import dev.walden.importing.WalImportReport;
import dev.walden.server.Proxy;
import dev.walden.server.Servers;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresServer;
import dev.walden.testing.ReceiverFixture;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A copy of a server, made while it was stopped: the same system identifier and timeline. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CopiedServerIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final WalSegmentSize SIZE = ReceiverFixture.SEGMENT_SIZE;

  @TempDir Path directory;
  private final InMemoryStorage storage = new InMemoryStorage();
  private final ReceiverFixture fixture = ReceiverFixture.into(storage);
  private PostgresServer production;
  private PostgresServer copy;

  private enum Durability {
    SEGMENTS,
    SPOOL,
    TAIL
  }

  static Stream<Arguments> everywhere() {
    return Stream.of(14, 15, 16, 17, 18)
        .flatMap(
            major -> Arrays.stream(Durability.values()).map(mode -> Arguments.of(major, mode)));
  }

  /** Else nothing of an open segment is durable. */
  static Stream<Arguments> ofOpenSegments() {
    return everywhere().filter(arguments -> arguments.get()[1] != Durability.SEGMENTS);
  }

  @AfterEach
  void stop() throws Exception {
    if (copy != null) {
      copy.close();
    }
    if (production != null) {
      production.close();
    }
  }

  private void create(int major) throws Exception {
    production = ReceiverFixture.server(major, directory).create();
    production.execute("CREATE TABLE t (v text)");
  }

  private void copy() throws Exception {
    production.stop();
    Path data = directory.resolve("copy");
    Servers.copy(production.dataDirectory(), data);
    production.start();
    copy = PostgresServer.builder(production.binaries(), data).startExisting();
  }

  private WalReceiver.Builder receiver(
      PostgresServer server, ArchiveStore archive, Durability durability) {
    WalReceiver.Builder builder = fixture.receiver(server, archive);
    return switch (durability) {
      case SEGMENTS -> builder;
      case SPOOL -> builder.spool(directory.resolve("spool"));
      case TAIL -> builder.tail().tailInterval(Duration.ofMillis(10));
    };
  }

  /** Fills so many segments, and begins one. */
  private static Lsn write(PostgresServer server, String text, int segments) throws Exception {
    for (int i = 0; i < segments; i++) {
      server.execute(
          "INSERT INTO t SELECT '" + text + "' FROM generate_series(1, 20)",
          "SELECT pg_switch_wal()");
    }
    server.execute("INSERT INTO t VALUES ('" + text + " begun')");
    return server.flushed();
  }

  /** Archives what production writes, in whole segments, and waits for it. */
  private Lsn archive(ArchiveStore archive, PostgresServer server, String text, int segments)
      throws Exception {
    try (WalReceiver receiver = fixture.receiver(server, archive).start()) {
      fixture.awaitStreaming(receiver);
      Lsn end = SIZE.floor(write(server, text, segments));
      fixture.awaitArchived(receiver, end);
      return end;
    }
  }

  /** The WAL, but for pieces of whole segments, which the next receiver removes. */
  private List<String> objects() {
    List<String> all =
        storage.list("", "", 10_000).stream()
            .map(StoredObject::name)
            .filter(name -> name.contains("/wal/"))
            .toList();
    return all.stream()
        .filter(name -> !name.contains(".tail") || !all.contains(wholeOf(name)))
        .toList();
  }

  private static String wholeOf(String piece) {
    return piece.substring(0, piece.indexOf('.')) + ".zst";
  }

  private static ArchiveConflictException refused(WalReceiver receiver) {
    ArchiveConflictException conflict =
        assertThrows(
            ArchiveConflictException.class,
            () -> receiver.await(LIMIT),
            receiver.status()::toString);
    WalReceiverHealth health = receiver.status().health(LIMIT);
    assertFalse(health.healthy());
    assertTrue(health.reason().contains(conflict.getMessage()), health::reason);
    return conflict;
  }

  private static void assertNames(ArchiveConflictException conflict, String... parts) {
    for (String part : parts) {
      assertTrue(conflict.getMessage().contains(part), conflict.getMessage() + " lacks " + part);
    }
  }

  private WalSegment before(Lsn end) {
    return WalSegment.containing(TimelineId.FIRST, end.plus(-1), SIZE);
  }

  private byte[] file(PostgresServer server, WalSegment segment) throws Exception {
    return Servers.segment(server, segment.toString());
  }

  /** Production has archived its own since, and the copy has written more. */
  @ParameterizedTest
  @MethodSource("everywhere")
  void aReceiverOfTheCopyIsRefused(int major, Durability durability) throws Exception {
    create(major);
    try (ArchiveStore archive = fixture.archive(production)) {
      archive(archive, production, "both", 1);
      copy();
      WalSegment first = WalSegment.containing(TimelineId.FIRST, copy.flushed(), SIZE);
      try (WalReceiver receiver = receiver(production, archive, durability).start()) {
        fixture.awaitStreaming(receiver);
        Lsn end = write(production, "production", 2);
        fixture.awaitArchived(receiver, SIZE.floor(end));
        fixture.awaitDurable(receiver, durability == Durability.SEGMENTS ? SIZE.floor(end) : end);
      }
      write(copy, "the copy writes more", 4);
      List<String> held = objects();
      try (WalReceiver receiver = receiver(copy, archive, durability).start()) {
        assertNames(
            refused(receiver),
            ":" + copy.port(),
            archive.cluster().systemIdentifier().toString(),
            first.toString());
        assertEquals(Lsn.ZERO, receiver.status().durable());
      }
      assertEquals(held, objects());
      try (WalReceiver receiver = receiver(production, archive, durability).start()) {
        Lsn end = write(production, "production goes on", 1);
        fixture.awaitArchived(receiver, SIZE.floor(end));
      }
      Servers.assertArchived(production, archive, 1);
    }
  }

  /** Only the open segment differs, of which bytes are durable in the spool or in pieces. */
  @ParameterizedTest
  @MethodSource("ofOpenSegments")
  void theOpenSegmentIsCompared(int major, Durability durability) throws Exception {
    create(major);
    try (ArchiveStore archive = fixture.archive(production)) {
      archive(archive, production, "both", 1);
      copy();
      Lsn durable;
      try (WalReceiver receiver = receiver(production, archive, durability).start()) {
        fixture.awaitStreaming(receiver);
        durable = write(production, "production", 0);
        fixture.awaitDurable(receiver, durable);
      }
      write(copy, "the copy writes another text, which is longer", 0);
      copy.execute("SELECT pg_switch_wal()");
      write(copy, "more", 0);
      List<String> held = objects();
      try (WalReceiver receiver = receiver(copy, archive, durability).start()) {
        assertNames(
            refused(receiver), WalSegment.containing(TimelineId.FIRST, durable, SIZE).toString());
      }
      assertEquals(held, objects());
      try (WalReceiver receiver = receiver(production, archive, durability).start()) {
        fixture.awaitDurable(receiver, write(production, "production goes on", 0));
      }
    }
  }

  /** A receiver whose address leads to the copy from one connection to the next. */
  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void theCopyIsRefusedByARunningReceiver(int major) throws Exception {
    create(major);
    try (ArchiveStore archive = fixture.archive(production)) {
      archive(archive, production, "both", 1);
      copy();
      write(copy, "copy", 4);
      try (Proxy proxy = Proxy.of(production.port());
          WalReceiver receiver =
              fixture.receiver(Servers.address(production, proxy.port()), archive).start()) {
        fixture.awaitStreaming(receiver);
        Lsn end = SIZE.floor(write(production, "production", 2));
        fixture.awaitArchived(receiver, end);
        List<String> held = objects();
        proxy.turnTo(copy.port());
        assertNames(refused(receiver), archive.cluster().systemIdentifier().toString());
        assertEquals(held, objects());
      }
    }
  }

  /** A host that only archives has no key; headers have digests. */
  @ParameterizedTest
  @EnumSource
  void theCopyIsRefusedWithoutTheKey(Durability durability) throws Exception {
    create(17);
    ReceiverFixture keyless =
        fixture.settings(
            ArchiveSettings.defaults()
                .encryptTo(AgeIdentity.generate(new SecureRandom()).recipient()));
    try (ArchiveStore archive = keyless.archive(production)) {
      copy();
      try (WalReceiver receiver = receiver(production, archive, durability).start()) {
        fixture.awaitStreaming(receiver);
        fixture.awaitArchived(receiver, SIZE.floor(write(production, "production", 2)));
      }
      write(copy, "the copy", 4);
      List<String> held = objects();
      try (WalReceiver receiver = receiver(copy, archive, durability).start()) {
        refused(receiver);
      }
      assertEquals(held, objects());
      try (WalReceiver receiver = receiver(production, archive, durability).start()) {
        fixture.awaitArchived(receiver, SIZE.floor(write(production, "production", 1)));
      }
    }
  }

  @Test
  void damageOnTheWayIsNoCopy() throws Exception {
    create(17);
    try (ArchiveStore archive = fixture.archive(production)) {
      archive(archive, production, "words on their way", 1);
      try (Proxy network = Proxy.damaging(production.port(), "words on their way", 1);
          WalReceiver receiver =
              fixture.receiver(Servers.address(production, network.port()), archive).start()) {
        fixture.awaitStreaming(receiver);
        assertEquals(0, network.damagesLeft());
        assertEquals(1, receiver.status().connections());
        fixture.awaitArchived(receiver, SIZE.floor(write(production, "more", 1)));
      }
    }
  }

  /** What is alike in length has the same links. */
  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void equalLinksDoNotHideTheCopy(int major) throws Exception {
    create(major);
    try (ArchiveStore archive = fixture.archive(production)) {
      archive(archive, production, "both", 1);
      copy();
      archive(archive, production, "one", 1);
      write(copy, "two", 3);
      List<String> held = objects();
      try (WalReceiver receiver = fixture.receiver(copy, archive).start()) {
        refused(receiver);
      }
      assertEquals(held, objects());
    }
  }

  /** Then there is only the link. */
  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void theLinkTellsWhereTheSegmentBeforeIsRemoved(int major) throws Exception {
    create(major);
    try (ArchiveStore archive = fixture.archive(production)) {
      archive(archive, production, "both", 1);
      copy();
      Lsn end = archive(archive, production, "production", 1);
      write(copy, "the copy writes records that are longer", 3);
      Files.delete(copy.dataDirectory().resolve("pg_wal/" + before(end)));
      List<String> held = objects();
      try (WalReceiver receiver = fixture.receiver(copy, archive).start()) {
        assertNames(
            refused(receiver), "does not continue", before(end).toString(), ":" + copy.port());
      }
      assertEquals(held, objects());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void whatTheCopyWroteIsNeitherPushedNorImported(int major) throws Exception {
    create(major);
    try (ArchiveStore archive = fixture.archive(production)) {
      archive(archive, production, "both", 1);
      copy();
      Lsn end = archive(archive, production, "production", 1);
      write(production, "production", 2);
      write(copy, "the copy writes records that are longer", 3);
      WalSegment next = before(end).next();
      Path offered = Files.createDirectory(directory.resolve("offered"));
      Path file = Files.write(offered.resolve(next.toString()), file(copy, next));
      List<String> held = objects();

      assertNames(
          assertThrows(ArchiveConflictException.class, () -> archive.push(next.fileName(), file)),
          "does not continue",
          before(end).toString());
      assertEquals(1, WalImport.run(offered, archive).refused().size());
      byte[] half = Arrays.copyOf(file(copy, next), SIZE.bytes() / 2);
      Files.move(file, offered.resolve(next + ".partial"));
      Files.write(offered.resolve(next + ".partial"), truncatedInRecord(half));
      WalImportReport report = WalImport.run(offered, archive);
      assertEquals(1, report.refused().size(), report::toString);

      Path spool = Files.createDirectory(directory.resolve("left"));
      Files.write(spool.resolve(next + ".partial"), file(copy, next));
      assertThrows(ArchiveConflictException.class, () -> WalReceiver.archiveSpool(archive, spool));
      Files.move(spool.resolve(next + ".partial"), spool.resolve(next.toString()));
      assertThrows(ArchiveConflictException.class, () -> WalReceiver.archiveSpool(archive, spool));
      assertEquals(held, objects());

      archive.push(next.fileName(), production.dataDirectory().resolve("pg_wal/" + next));
      // and what follows cannot come from the copy, nor what is before it
      WalSegment after = next.next();
      assertThrows(
          ArchiveConflictException.class,
          () -> archive.push(after.fileName(), copy.dataDirectory().resolve("pg_wal/" + after)));
    }
  }

  /** Leaves the first page and a half: records end there, and nothing follows. */
  private static byte[] truncatedInRecord(byte[] bytes) {
    return Arrays.copyOf(bytes, 12_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 18})
  void aHoleIsNotFilledFromTheCopy(int major) throws Exception {
    create(major);
    try (ArchiveStore archive = fixture.archive(production)) {
      archive(archive, production, "both", 1);
      copy();
      Lsn end = archive(archive, production, "production", 3);
      WalSegment hole = WalSegment.containing(TimelineId.FIRST, end.plus(-2L * SIZE.bytes()), SIZE);
      String object =
          objects().stream().filter(name -> name.contains("/" + hole)).findFirst().orElseThrow();
      storage.delete(object);
      write(copy, "the copy writes records that are longer", 5);
      try (WalReceiver receiver = fixture.receiver(copy, archive).start()) {
        refused(receiver);
      }
      assertFalse(archive.contains(hole.fileName()));
      // nor by hand: what follows it is production's
      assertNames(
          assertThrows(
              ArchiveConflictException.class,
              () -> archive.push(hole.fileName(), copy.dataDirectory().resolve("pg_wal/" + hole))),
          "Nothing was archived");
      try (WalReceiver receiver = fixture.receiver(production, archive).start()) {
        fixture.await(receiver, () -> archive.contains(hole.fileName()));
      }
      Servers.assertArchived(production, archive, 1);
    }
  }

  /** The copy came first: production meets its WAL, wherever production itself is. */
  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void productionIsToldWhatToRemove(int major) throws Exception {
    create(major);
    try (ArchiveStore archive = fixture.archive(production)) {
      archive(archive, production, "both", 1);
      copy();
      WalSegment first = WalSegment.containing(TimelineId.FIRST, copy.flushed(), SIZE);
      Lsn end = archive(archive, copy, "the copy", 3);
      // production has not come as far, and later further
      write(production, "production writes more", 1);
      try (WalReceiver receiver = fixture.receiver(production, archive).start()) {
        assertNames(refused(receiver), "/" + first, ":" + production.port());
      }
      write(production, "production writes more", 4);
      List<String> held = objects();
      try (WalReceiver receiver = fixture.receiver(production, archive).start()) {
        assertNames(
            refused(receiver),
            "remove",
            "/" + first,
            before(end).toString(),
            "index/00000001",
            "Another server's WAL");
      }
      assertEquals(held, objects());
      follow(first);
      try (WalReceiver receiver = fixture.receiver(production, archive).start()) {
        fixture.awaitArchived(receiver, SIZE.floor(production.flushed()));
      }
      Servers.assertArchived(production, archive, 1);
    }
  }

  /** Does what the message says. */
  private void follow(WalSegment first) {
    for (StoredObject object : storage.list("", "", 10_000)) {
      String name = object.name();
      String file = name.substring(name.lastIndexOf('/') + 1);
      boolean later =
          name.contains("/wal/00000001/")
              && new TreeSet<>(List.of(first.toString(), file)).first().equals(first.toString());
      if (later || name.contains("/index/00000001/")) {
        storage.delete(name);
      }
    }
  }
}
