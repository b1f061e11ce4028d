package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against pg_waldump, to the end of WAL that a crash left. */
class PgWaldumpIT {
  private static final Path BIN = Path.of("/usr/lib/postgresql/15/bin");
  private static final Pattern LINE =
      Pattern.compile(
          "rmgr: (\\S+) +len \\(rec/tot\\): +(\\d+)/ *(\\d+), tx: +(\\d+), lsn: (\\S+), prev"
              + " (\\S+), desc: (\\S+) ?(.*)");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"replica,lz4", "logical,zstd"})
  void agreesOnEveryRecord(String walLevel, String compression) throws Exception {
    assumeTrue(Files.isExecutable(BIN.resolve("pg_waldump")), "no pg_waldump 15 is installed");
    Path data = folder.resolve("data");
    try (PostgresServer server = WalWorkload.server(PostgresBinaries.at(BIN), data, walLevel)) {
      server.execute(
          "ALTER SYSTEM SET wal_compression = " + compression, "SELECT pg_reload_conf()");
      WalWorkload.run(server, 2);
      server.kill();
    }
    SegmentDirectory wal = new SegmentDirectory(data.resolve("pg_wal"));
    Lsn start = wal.start(WalWorkload.SIZE);
    ProcessBuilder builder =
        new ProcessBuilder(
            BIN.resolve("pg_waldump").toString(),
            "-b",
            "-p",
            wal.path().toString(),
            "-s",
            start.toString());
    builder.environment().put("TZ", "UTC");
    Process dump = builder.redirectErrorStream(true).start();
    try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(dump.getInputStream(), StandardCharsets.UTF_8));
        WalReader reader = WalReader.builder(wal, WalWorkload.SIZE).from(start).build()) {
      compare(lines, reader, compression);
    } finally {
      dump.destroyForcibly().waitFor();
    }
  }

  private static void compare(BufferedReader lines, WalReader reader, String compression)
      throws Exception {
    int count = 0;
    int compressed = 0;
    Lsn last = Lsn.ZERO;
    PrintedBody bodies = new PrintedBody();
    String line = lines.readLine();
    while (line != null && !line.startsWith("pg_waldump:")) {
      String next = lines.readLine();
      StringBuilder blocks = new StringBuilder();
      while (next != null && next.startsWith("\t")) {
        blocks.append(next);
        next = lines.readLine();
      }
      Matcher m = LINE.matcher(line);
      if (m.matches()) {
        assertTrue(reader.next(), reader.end() + " before " + line);
        WalRecord record = reader.record();
        assertEquals(head(m), PrintedRecord.head(record));
        assertEquals(PrintedRecord.blocks(blocks.toString()), PrintedRecord.blocks(record), line);
        assertEquals(PrintedRecord.images(blocks.toString()), PrintedRecord.images(record), line);
        bodies.check(record, m.group(8));
        compressed += PrintedRecord.images(record).contains(compression) ? 1 : 0;
        last = record.endLsn();
        count++;
      }
      line = next;
    }
    assertTrue(!reader.next(), reader::toString);
    WalEnd end = reader.end().orElseThrow();
    assertEquals(last, end.lsn());
    assertTrue(!end.followed(), end::toString);
    // its last line: error in WAL record at (the last one): (what it found)
    assertTrue(line != null && count > 20_000, count + " records, then " + line);
    assertTrue(compressed > 100, compressed + " records with images compressed by " + compression);
    assertTrue(bodies.seen().size() >= 16, bodies.seen().toString());
  }

  private static String head(Matcher m) {
    return String.format(
        "%s %s/%s xid %s prev %s %s %s",
        PrintedRecord.lsn(m.group(5)),
        m.group(2),
        m.group(3),
        m.group(4),
        PrintedRecord.lsn(m.group(6)),
        m.group(1),
        m.group(7));
  }
}
