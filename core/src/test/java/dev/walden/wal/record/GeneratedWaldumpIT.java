package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile.Settings;
import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.testing.wal.GeneratedRecord;
import dev.walden.testing.wal.GeneratedWal;
import dev.walden.testing.wal.RandomWal;
import dev.walden.testing.wal.TransactionParts;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegmentSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether pg_waldump takes generated WAL for a server's, and reads in it what was asked for. */
class GeneratedWaldumpIT {
  private static final Path PROGRAM = Path.of("/usr/lib/postgresql/15/bin/pg_waldump");
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final Pattern LINE =
      Pattern.compile(
          "rmgr: (\\S+) +len \\(rec/tot\\): +(\\d+)/ *(\\d+), tx: +(\\d+), lsn: (\\S+), prev"
              + " (\\S+), desc: (\\S+) ?(.*)");

  @TempDir Path folder;

  private static GeneratedWal wal(int megabytes) {
    assumeTrue(Files.isExecutable(PROGRAM), "no pg_waldump 15 is installed");
    return GeneratedWal.begin(
        new ClusterIdentity(
            new SystemIdentifier(0xF123456789ABCDEFL),
            WalSegmentSize.ofMegabytes(megabytes),
            PgVersion.PG_15),
        NOON);
  }

  private List<String> dump(GeneratedWal wal, Lsn start, Lsn end) throws Exception {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
            PROGRAM.toString(),
            "-p",
            folder.toString(),
            "-t",
            wal.timeline().toString(),
            "-s",
            start.toString(),
            "-e",
            end.toString());
    builder.environment().put("TZ", "UTC");
    Process dump = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      assertTrue(dump.waitFor(60, TimeUnit.SECONDS), "pg_waldump takes too long");
      List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
      assertEquals(0, dump.exitValue(), () -> lines.get(lines.size() - 1));
      return lines;
    } finally {
      dump.destroyForcibly();
    }
  }

  /** Compares record by record; how many there are. */
  private int compare(GeneratedWal wal, Lsn start) throws Exception {
    wal.writeInto(folder);
    PrintedBody bodies = new PrintedBody();
    int count = 0;
    try (WalReader reader =
        WalReader.builder(wal, wal.cluster().segmentSize())
            .timeline(wal.timeline())
            .from(start)
            .build()) {
      for (String line : dump(wal, start, wal.end())) {
        Matcher m = LINE.matcher(line);
        assertTrue(m.matches(), line);
        assertTrue(reader.next(), () -> reader.end() + " before " + line);
        WalRecord record = reader.record();
        assertEquals(
            String.format(
                "%s %s/%s xid %s prev %s %s %s",
                PrintedRecord.lsn(m.group(5)),
                m.group(2),
                m.group(3),
                m.group(4),
                PrintedRecord.lsn(m.group(6)),
                m.group(1),
                m.group(7)),
            PrintedRecord.head(record));
        bodies.check(record, m.group(8));
        count++;
      }
      assertFalse(reader.next(), reader::toString);
    }
    return count;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,1", "4,16"})
  void agreesOnWalDrawnByLot(int seed, int megabytes) throws Exception {
    GeneratedWal wal = wal(megabytes);
    Lsn start = wal.lastRecord().lsn();
    new RandomWal(wal, new Random(seed), NOON).add(600);
    int count = compare(wal, start);
    assertTrue(count > 500, count + " records");
  }

  @Test
  void printsWhatWasAskedFor() throws Exception {
    GeneratedWal wal = wal(16);
    Lsn start = wal.lastRecord().lsn();
    wal.parameterChange(new Settings(WalLevel.LOGICAL, true, 10, 11, 12, 13, 14, true));
    wal.commit(731, NOON.plusNanos(123_456_000), TransactionParts.none().with(732L));
    wal.prepare(733, "it's", NOON, TransactionParts.none().with(734L).inDatabase(5));
    wal.commitPrepared(733, NOON.minusSeconds(1));
    wal.createFile(735, new RelFileLocator(1663, 5, 16390));
    wal.dropDatabase(735, 16400, List.of(1663L));
    GeneratedRecord point = wal.restorePoint("before release", NOON);
    GeneratedWal second = wal.fork().after(point).promoted(NOON);
    second.abort(736, NOON);
    assertEquals(10, compare(second, start), "with the checkpoint that begins it");
    String text = String.join("\n", dump(second, start, second.end()));
    assertTrue(text.contains("COMMIT 2026-11-22 12:00:00.123456 UTC; subxacts: 732"), text);
    assertTrue(text.contains("PREPARE gid it's: 2026-11-22 12:00:00.000000 UTC"), text);
    assertTrue(text.contains("COMMIT_PREPARED 733: 2026-11-22 11:59:59.000000 UTC"), text);
    assertTrue(text.contains("CREATE base/5/16390"), text);
    assertTrue(text.contains("DROP dir 1663/16400"), text);
    assertTrue(text.contains("RESTORE_POINT before release"), text);
    assertTrue(text.contains("END_OF_RECOVERY tli 2; prev tli 1"), text);
    assertTrue(text.contains("ABORT 2026-11-22 12:00:00.000000 UTC"), text);
  }
}
