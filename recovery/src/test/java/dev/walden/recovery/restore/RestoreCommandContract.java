package dev.walden.recovery.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.archive.ArchiveSettings;
import dev.walden.cluster.PgVersion;
import dev.walden.codec.AgeIdentity;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.crash.DirectoryCopy;
import dev.walden.recovery.journey.ArchivedCluster;
import dev.walden.recovery.plan.RecoveryPlanner;
import dev.walden.recovery.restore.RestoreCommandProgram.Trouble;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a real server does when it cannot get a file. Only the end of the archive may promote it.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RestoreCommandContract {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final int major;
  private final AgeIdentity identity = AgeIdentity.generate(new SecureRandom());
  private final List<WalSegment> segments = new ArrayList<>();
  private Path restored;
  private Path archive;
  private int copies;

  private Path folder;

  RestoreCommandContract(int major) {
    this.major = major;
  }

  /** A backup, and three segments with a row each. */
  @BeforeAll
  void archiveAndRestore(@TempDir Path directory) throws Exception {
    folder = directory;
    archive = folder.resolve("archive");
    restored = folder.resolve("restored");
    PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(major), folder.resolve("source"))
            .segmentSize(WalSegmentSize.ofMegabytes(1))
            .create();
    ArchiveSettings settings =
        ArchiveSettings.defaults().encryptTo(identity.recipient()).decryptWith(identity);
    try (ArchivedCluster source = new ArchivedCluster(server, archive, settings)) {
      server.execute("CREATE TABLE t (i int)");
      source.backup();
      for (int row = 1; row <= 3; row++) {
        server.execute("INSERT INTO t VALUES (" + row + ")");
        segments.add(source.archiveWal());
      }
      Restore.of(RecoveryPlanner.of(source.archive()).plan(RecoveryTarget.latest()))
          .from(source.archive())
          .into(restored)
          .restoreCommand("false")
          .run();
    }
  }

  @AfterAll
  void nothingRemains() throws IOException {
    // what was restored was only ever copied
    assertTrue(Files.exists(restored.resolve("recovery.signal")));
  }

  private Path copy(Path from) throws IOException {
    Path to = folder.resolve(from.getFileName() + "-" + ++copies);
    DirectoryCopy.copy(from, to);
    return to;
  }

  /** A server that is about to recover with this command from a copy of the restored data. */
  private PostgresServer server(String command) throws Exception {
    Path data = copy(restored);
    RecoveryConfiguration configuration =
        RecoveryConfiguration.builder(PgVersion.ofMajor(major), TimelineId.FIRST)
            .restoreCommand(command)
            .build();
    AutoConfFile.write(data, configuration, RestoredFiles.fileMode(0600));
    return PostgresServer.builder(PostgresBinaries.of(major), data).existing();
  }

  private String program(Path storage, AgeIdentity key, Trouble trouble) {
    return RestoreCommand.shell(
        RestoreCommandProgram.command(storage.toString(), key.secretKey(), trouble));
  }

  private String assertPromotedWith(String rows, String command) throws Exception {
    try (PostgresServer server = server(command)) {
      server.launch();
      server.awaitPromotion(LIMIT);
      assertEquals(rows, server.query("SELECT string_agg(i::text, ',' ORDER BY i) FROM t"));
      assertFalse(Files.exists(server.dataDirectory().resolve("pg_wal/walden.spool")));
      return server.log();
    }
  }

  private void assertStops(String command, String reason) throws Exception {
    try (PostgresServer server = server(command)) {
      server.launch();
      assertNotEquals(0, server.awaitExit(LIMIT), server::toString);
      String log = server.log();
      assertTrue(log.contains(reason), log);
      assertTrue(log.contains("FATAL"), log);
      assertFalse(log.contains("archive recovery complete"), log);
      assertFalse(log.contains("selected new timeline"), log);
      Path data = server.dataDirectory();
      assertTrue(Files.exists(data.resolve("recovery.signal")), log);
      assertFalse(Files.exists(data.resolve("pg_wal/00000002.history")), log);
    }
  }

  private Path object(Path storage, WalSegment segment) throws IOException {
    return object(storage, segment.toString());
  }

  private static Path object(Path storage, String name) throws IOException {
    try (Stream<Path> walk = Files.walk(storage)) {
      return walk.filter(path -> path.getFileName().toString().startsWith(name + "."))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void theEndOfTheArchivePromotes() throws Exception {
    String log = assertPromotedWith("1,2,3", program(archive, identity, Trouble.NONE));
    // the program was run for the first segment, the others lay in the spool
    assertFalse(log.contains(segments.get(0) + " delivered"), log);
    assertTrue(log.contains("restored log file \"" + segments.get(0) + '"'), log);
  }

  /** Why the shell line is needed: with the same failures a plain program promotes, rows lost. */
  @Test
  void withoutTheShellLineADeadProgramPromotes() throws Exception {
    Path holed = copy(archive);
    Files.delete(object(holed, segments.get(1)));
    String plain = program(holed, identity, Trouble.NONE).replaceFirst("; case .*", " || exit 1");
    assertPromotedWith("1", plain);
  }

  @Test
  void aHoleStops() throws Exception {
    Path holed = copy(archive);
    Files.delete(object(holed, segments.get(1)));
    assertStops(
        program(holed, identity, Trouble.NONE),
        segments.get(1) + " is not archived, but the later " + segments.get(2) + " is");
  }

  @Test
  void aStorageThatIsGoneStops() throws Exception {
    assertStops(program(folder.resolve("unmounted"), identity, Trouble.NONE), "cannot bring");
  }

  @Test
  void anEmptyStorageStops() throws Exception {
    Path empty = copy(archive);
    try (Stream<Path> walk = Files.walk(empty)) {
      for (Path path : walk.filter(Files::isRegularFile).toList()) {
        if (path.toString().contains("/wal/") || path.toString().endsWith("archive.json")) {
          Files.delete(path);
        }
      }
    }
    assertStops(program(empty, identity, Trouble.NONE), "cannot bring");
  }

  @Test
  void aDamagedSegmentStops() throws Exception {
    Path damaged = copy(archive);
    Path object = object(damaged, segments.get(1));
    byte[] bytes = Files.readAllBytes(object);
    bytes[bytes.length / 2] ^= 4;
    object.toFile().setWritable(true);
    Files.write(object, bytes);
    assertStops(program(damaged, identity, Trouble.NONE), "cannot bring " + segments.get(1));
  }

  @Test
  void aWrongKeyStops() throws Exception {
    AgeIdentity other = AgeIdentity.generate(new SecureRandom());
    assertStops(program(archive, other, Trouble.NONE), "cannot bring");
  }

  @Test
  void aWrongNameStops() throws Exception {
    assertStops(program(archive, identity, Trouble.WRONG_NAME), "not the name of a file");
  }

  @Test
  void anUncaughtErrorStops() throws Exception {
    assertStops(program(archive, identity, Trouble.UNCAUGHT_ERROR), "OutOfMemoryError");
  }

  @Test
  void aProgramThatCannotBeRunStops() throws Exception {
    assertStops(RestoreCommand.shell(List.of(folder.resolve("no'such 100%").toString())), "FATAL");
  }

  @Test
  void notKnowingWhetherThereIsAHistoryStops() throws Exception {
    assertStops(program(archive, identity, Trouble.HISTORIES_UNKNOWN), ".history");
  }
}
