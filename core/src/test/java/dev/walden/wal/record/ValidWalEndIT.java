package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.ArchiveConflictException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.PushOutcome;
import dev.walden.cluster.ControlFile;
import dev.walden.storage.ObjectSource;
import dev.walden.testing.InMemoryStorage;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against pg_waldump, which reads records as the server does. */
class ValidWalEndIT {
  private static final Path PG_WALDUMP = Path.of("/usr/lib/postgresql/15/bin/pg_waldump");
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final Pattern RECORD =
      Pattern.compile("len \\(rec/tot\\): +\\d+/ *(\\d+), tx: +\\d+, lsn: (\\S+), .*desc: (\\S+)");

  @TempDir Path directory;

  @Test
  void agreesWithPgWaldump() throws Exception {
    assumeTrue(Files.isExecutable(PG_WALDUMP), "pg_waldump is not installed");
    Path data = directory.resolve("data");
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(15), data)
            .segmentSize(SIZE)
            .setting("wal_keep_size", "512MB")
            .create()) {
      server.execute("CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 20000) i");
      for (int i = 0; i < 4; i++) {
        server.execute("UPDATE t SET i = i + 1 WHERE i % 7 = " + i, "SELECT pg_switch_wal()");
      }
      server.kill();
    }
    int compared = 0;
    try (Stream<Path> files = Files.list(data.resolve("pg_wal"))) {
      for (Path file : files.filter(f -> f.getFileName().toString().length() == 24).toList()) {
        compared += compare(file) ? 1 : 0;
      }
    }
    assertTrue(compared >= 4, "only " + compared + " segments were compared");
  }

  private boolean compare(Path file) throws Exception {
    WalSegment segment =
        ((WalFileName.Segment) WalFileName.parse(file.getFileName().toString())).segment(SIZE);
    Process dump =
        new ProcessBuilder(PG_WALDUMP.toString(), "-n", "1000000", file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    MatchResult last = null;
    for (String line : new String(dump.getInputStream().readAllBytes()).split("\n")) {
      var m = RECORD.matcher(line);
      last = m.find() ? m.toMatchResult() : last;
    }
    dump.waitFor();
    if (last == null) {
      return false;
    }
    long start = Lsn.parse(last.group(2)).minus(segment.start());
    long length = Long.parseLong(last.group(1));
    long end;
    try (InputStream in = Files.newInputStream(file)) {
      end = ValidWalEnd.find(in, segment).orElseThrow();
    }
    if (end == SIZE.bytes()) {
      return false; // pg_waldump does not show a record that goes on in the next segment
    }
    long pages = (end - 1) / 8192 - start / 8192;
    assertEquals(start + length + pages * 24 + 7 & ~7L, end, file + " " + last.group());
    return true;
  }

  @Test
  void copiesThatDifferOnlyInPaddingAreTheSame() throws Exception {
    Path data = directory.resolve("data");
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(17), data).segmentSize(SIZE).create()) {
      server.execute("CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
      String name = server.query("SELECT pg_walfile_name(pg_current_wal_lsn())");
      server.execute("SELECT pg_switch_wal()");
      byte[] segment = Files.readAllBytes(data.resolve("pg_wal").resolve(name));
      ArchiveStore archive =
          ArchiveStore.openOrCreate(
              new InMemoryStorage(), ArchiveSettings.defaults(), ControlFile.read(data).identity());
      WalFileName file = WalFileName.parse(name);
      assertEquals(PushOutcome.ARCHIVED, archive.push(file, ObjectSource.of(segment)));
      byte[] padded = segment.clone();
      padded[padded.length - 100] = 1;
      assertEquals(PushOutcome.ALREADY_ARCHIVED, archive.push(file, ObjectSource.of(padded)));
      byte[] other = segment.clone();
      other[100] ^= 1;
      assertThrows(
          ArchiveConflictException.class, () -> archive.push(file, ObjectSource.of(other)));
    }
  }
}
