package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.SegmentDirectory;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalWorkload;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outlines of what real servers wrote, against one pass over all of it. */
class WalOutlinerIT {
  private static final LongFunction<TimelineId> FIRST = number -> TimelineId.FIRST;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void joinedOutlinesTellTheSameAsOnePass(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    String level = major % 2 == 0 ? "logical" : "replica";
    try (PostgresServer server =
        WalWorkload.server(PostgresBinaries.of(major), folder.resolve("data"), level)) {
      WalWorkload.run(server, major);
      server.execute("ALTER SYSTEM SET max_connections = 90");
      server.stop();
      server.start();
      server.execute("DROP TABLE parent CASCADE", "SELECT pg_create_restore_point('twice')");
      server.execute("SELECT pg_create_restore_point('twice')", "CHECKPOINT");
      server.kill();
    }
    SegmentDirectory wal = new SegmentDirectory(folder.resolve("data/pg_wal"));
    WholePass pass = check(wal, WalWorkload.SIZE, FIRST);
    String events = String.join("\n", pass.events());
    for (String expected :
        List.of(
            "twice at",
            " dropped [",
            " replaced [",
            " dropped database ",
            " prepared the first, with a long name",
            "checkpoint true",
            "checkpoint false",
            "ParameterChange[maxConnections=90")) {
      assertTrue(events.contains(expected), expected);
    }
    assertTrue(pass.count() > 20_000, pass.count() + " records");
  }

  @Test
  void aRecordOfManySegmentsIsOne() throws Exception {
    assumeTrue(PostgresBinaries.available(17), "no PostgreSQL 17 at hand");
    try (PostgresServer server =
        PostgresServer.builder(PostgresBinaries.of(17), folder.resolve("data"))
            .setting("wal_keep_size", "1GB")
            .create()) {
      server.execute(
          "SELECT pg_logical_emit_message(false, 'big', repeat('walden ', 6000000))",
          "SELECT pg_create_restore_point('behind it')",
          "CHECKPOINT");
      server.kill();
    }
    SegmentDirectory wal = new SegmentDirectory(folder.resolve("data/pg_wal"));
    WholePass pass = check(wal, WalSegmentSize.DEFAULT, FIRST);
    assertTrue(pass.events().toString().contains("behind it at"));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 17})
  void timelinesBeginWithinSegments(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    Path data = folder.resolve("data");
    try (PostgresServer server = WalWorkload.server(PostgresBinaries.of(major), data, "replica")) {
      server.execute("ALTER SYSTEM SET restore_command = '/bin/false'", "CREATE TABLE t (i int)");
      server.stop();
      Files.createFile(data.resolve("recovery.signal"));
      server.start();
      server.awaitPromotion(Duration.ofSeconds(60));
      server.execute("INSERT INTO t VALUES (1)", "SELECT pg_switch_wal()");
      server.execute("INSERT INTO t VALUES (2)");
      server.stop();
      Files.createFile(data.resolve("standby.signal"));
      server.start();
      server.execute("SELECT pg_promote()");
      server.awaitPromotion(Duration.ofSeconds(60));
      server.execute("INSERT INTO t VALUES (3)");
      server.kill();
    }
    SegmentDirectory wal = new SegmentDirectory(data.resolve("pg_wal"));
    WholePass pass =
        check(
            wal,
            WalWorkload.SIZE,
            number -> {
              for (long id = 3; id > 1; id--) {
                TimelineId timeline = new TimelineId(id);
                if (Files.exists(
                    wal.path()
                        .resolve(new WalSegment(timeline, number, WalWorkload.SIZE).toString()))) {
                  return timeline;
                }
              }
              return TimelineId.FIRST;
            });
    String events = pass.events().toString();
    assertTrue(events.contains("timeline 1 to 2") && events.contains("timeline 2 to 3"), events);
  }

  private static WholePass check(
      SegmentDirectory wal, WalSegmentSize size, LongFunction<TimelineId> timelines)
      throws Exception {
    Lsn start = wal.start(size);
    WholePass pass;
    try (WalReader reader = WalReader.builder(wal, size).timelines(timelines).from(start).build()) {
      pass = WholePass.of(reader);
    }
    List<WalOutline> outlines = new ArrayList<>();
    long last = size.segmentNumberBefore(pass.end().lsn());
    for (long number = size.segmentNumber(start); number <= last; number++) {
      WalSegment segment = new WalSegment(timelines.apply(number), number, size);
      try (InputStream in = wal.open(segment).orElseThrow()) {
        outlines.add(WalOutliner.outline(segment, in));
      }
    }
    WalOutline all = Joining.fromTheLeft(outlines);
    pass.assertTold(all);
    assertEquals(pass.end().reason(), all.end().orElseThrow());
    for (int seed = 0; seed < 3; seed++) {
      assertEquals(all, Joining.anyhow(outlines, new Random(seed)));
    }
    assertEquals(
        all.condensed(),
        Joining.fromTheLeft(outlines.stream().map(WalOutline::condensed).toList()).condensed());
    return pass;
  }
}
