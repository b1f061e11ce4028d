package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.walden.cluster.ControlFile;
import dev.walden.testing.PostgresBinaries;
import dev.walden.testing.PostgresServer;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timelines begin in the middle of a segment, by recovery and by promotion. */
class TimelineSwitchIT {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17, 18})
  void followsTheSwitches(int major) throws Exception {
    assumeTrue(PostgresBinaries.available(major), "no PostgreSQL " + major + " at hand");
    Path data = folder.resolve("data");
    Lsn until;
    List<Lsn> switches = new ArrayList<>();
    try (PostgresServer server = WalWorkload.server(PostgresBinaries.of(major), data, "replica")) {
      server.execute("ALTER SYSTEM SET restore_command = '/bin/false'", "CREATE TABLE t (i int)");
      server.stop();
      Files.createFile(data.resolve("recovery.signal"));
      server.start();
      server.awaitPromotion(Duration.ofSeconds(60));
      server.execute("INSERT INTO t VALUES (1)");
      server.stop();
      Files.createFile(data.resolve("standby.signal"));
      server.start();
      server.execute("SELECT pg_promote()");
      server.awaitPromotion(Duration.ofSeconds(60));
      server.execute("INSERT INTO t VALUES (2)");
      until = Lsn.parse(server.query("SELECT pg_current_wal_flush_lsn()"));
      server.stop();
    }
    SegmentDirectory wal = new SegmentDirectory(data.resolve("pg_wal"));
    String history = Files.readString(wal.path().resolve("00000003.history"));
    history
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> switches.add(Lsn.parse(line.split("\t")[1])));
    compare(wal, switches, until, major);
    VerifiedStream stream = new VerifiedStream(wal);
    stream.begin(TimelineId.FIRST, wal.start(WalWorkload.SIZE));
    stream.validTo(TimelineId.FIRST, switches.get(0));
    stream.turnTo(new TimelineId(2), switches.get(0));
    stream.validTo(new TimelineId(2), switches.get(1));
    stream.turnTo(new TimelineId(3), switches.get(1));
    stream.validTo(new TimelineId(3), until);
  }

  private static void compare(SegmentDirectory wal, List<Lsn> switches, Lsn until, int major)
      throws Exception {
    List<String> seen = new ArrayList<>();
    try (WalReader reader =
        WalReader.builder(wal, WalWorkload.SIZE)
            .from(wal.start(WalWorkload.SIZE))
            .timelines(number -> timeline(number, switches))
            .until(until)
            .build()) {
      while (reader.next()) {
        WalRecord record = reader.record();
        RecordBody body = record.body().orElse(null);
        if (body instanceof XlogBody.Checkpoint c && !c.timeline().equals(c.previousTimeline())) {
          seen.add("checkpoint " + c.previousTimeline() + " " + c.timeline() + " " + record.lsn());
          assertTrue(c.shutdown());
        } else if (body instanceof XlogBody.EndOfRecovery e) {
          seen.add("end " + e.previousTimeline() + " " + e.timeline() + " " + record.lsn());
          assertEquals(
              major >= 17 ? Optional.of(ControlFile.WalLevel.REPLICA) : Optional.empty(),
              e.walLevel());
        }
      }
      assertEquals(WalEnd.Reason.END_REACHED, reader.end().orElseThrow().reason());
    }
    assertEquals(List.of("checkpoint 1 2 " + switches.get(0), "end 2 3 " + switches.get(1)), seen);
  }

  private static TimelineId timeline(long number, List<Lsn> switches) {
    long id = 1;
    for (Lsn at : switches) {
      id += number >= WalWorkload.SIZE.segmentNumber(at) ? 1 : 0;
    }
    return new TimelineId(id);
  }
}
