package dev.walden.testing.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.TransactionBody;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalReader;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

class GeneratedWalProperties {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  /** What the reader found: where records are, and which transactions committed. */
  private record Found(List<GeneratedRecord> places, Map<Long, Boolean> ended) {}

  private static GeneratedWal wal(PgVersion version, int megabytes) {
    return GeneratedWal.begin(
        new ClusterIdentity(
            new SystemIdentifier(-1), WalSegmentSize.ofMegabytes(megabytes), version),
        NOON,
        // some segments lie across 4 GiB
        4096 / megabytes - 1);
  }

  private static Found read(GeneratedWal wal, Lsn from) throws IOException {
    List<GeneratedRecord> places = new ArrayList<>();
    Map<Long, Boolean> ended = new TreeMap<>();
    try (WalReader reader =
        WalReader.builder(wal, wal.cluster().segmentSize())
            .timelines(number -> timeline(wal, number))
            .from(from)
            .build()) {
      while (reader.next()) {
        places.add(
            new GeneratedRecord(wal.timeline(), reader.record().lsn(), reader.record().endLsn()));
        if (reader.record().body().orElse(null) instanceof TransactionBody.End end) {
          ended.put(end.xid(), end.outcome().isCommit());
          end.subtransactions().forEach(child -> ended.put(child, end.outcome().isCommit()));
        }
      }
      WalEnd end = reader.end().orElseThrow();
      assertEquals(wal.end(), end.lsn(), end::toString);
      assertTrue(!end.followed(), end::toString);
      return new Found(places, ended);
    }
  }

  /** The newest timeline that has a segment. */
  private static TimelineId timeline(GeneratedWal wal, long number) {
    Lsn start = wal.cluster().segmentSize().startOf(number);
    return wal.history().timelineAt(start.plus(wal.cluster().segmentSize().bytes() - 1L));
  }

  @Tag("long")
  @Property(tries = 60)
  void whatWasDrawnIsRead(
      @ForAll PgVersion version, @ForAll @IntRange(max = 4) int doublings, @ForAll long seed)
      throws IOException {
    GeneratedWal wal = wal(version, 1 << doublings);
    Lsn start = wal.lastRecord().lsn();
    RandomWal random = new RandomWal(wal, new Random(seed), NOON).add(200);
    Found found = read(wal, start);
    assertTrue(found.places.containsAll(random.records()), "records are where they were written");
    assertEquals(random.ended(), found.ended);
  }

  @Property(tries = 60)
  void aTimelineHoldsWhatWasBeforeItAndWhatCameAfter(
      @ForAll PgVersion version,
      @ForAll @IntRange(min = 1, max = 100) int before,
      @ForAll long seed)
      throws IOException {
    GeneratedWal wal = wal(version, 1);
    Lsn start = wal.lastRecord().lsn();
    Random lot = new Random(seed);
    RandomWal random = new RandomWal(wal, lot, NOON).add(before);
    List<GeneratedRecord> records = new ArrayList<>(random.records());
    records.add(wal.commit(wal.nextXid(), NOON));
    GeneratedRecord last = records.get(lot.nextInt(records.size()));
    GeneratedWal child =
        lot.nextBoolean()
            ? wal.fork().after(last).promoted(NOON)
            : wal.fork().after(last).recovered(NOON);
    RandomWal more = new RandomWal(child, lot, NOON).add(50);
    Found found = read(child, start);
    List<Lsn> starts = found.places.stream().map(GeneratedRecord::lsn).toList();
    for (GeneratedRecord record : records) {
      if (!record.lsn().isAfter(last.lsn())) {
        assertTrue(starts.contains(record.lsn()), record + " is missing");
      }
    }
    assertTrue(found.places.containsAll(more.records()), "what came after is missing");
  }
}
