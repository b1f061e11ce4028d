package dev.walden.testing.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.ControlFile.Settings;
import dev.walden.cluster.ControlFile.WalLevel;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.record.FileBody;
import dev.walden.wal.record.LogicalMessage;
import dev.walden.wal.record.RecordBody;
import dev.walden.wal.record.RelFileLocator;
import dev.walden.wal.record.StandbyBody;
import dev.walden.wal.record.TransactionBody;
import dev.walden.wal.record.TransactionBody.Outcome;
import dev.walden.wal.record.WalEnd;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.XlogBody;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratedWalTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant LATER = Instant.parse("2026-11-22T12:00:01.234567Z");
  private static final RelFileLocator FILE = new RelFileLocator(1663, 5, 16384);
  private static final int MIB = 1 << 20;

  private static ClusterIdentity cluster(PgVersion version, int megabytes) {
    return new ClusterIdentity(
        new SystemIdentifier(0xF123456789ABCDEFL), WalSegmentSize.ofMegabytes(megabytes), version);
  }

  private static WalReader.Builder reader(GeneratedWal wal) {
    return WalReader.builder(wal, wal.cluster().segmentSize())
        .cluster(wal.cluster().systemIdentifier())
        .timeline(wal.timeline());
  }

  /** Where the records begin and end, and what they say. */
  private static List<RecordBody> read(GeneratedWal wal, Lsn from, List<GeneratedRecord> places)
      throws Exception {
    List<RecordBody> bodies = new ArrayList<>();
    try (WalReader reader = reader(wal).from(from).build()) {
      while (reader.next()) {
        places.add(
            new GeneratedRecord(wal.timeline(), reader.record().lsn(), reader.record().endLsn()));
        bodies.add(reader.record().body().orElse(null));
      }
      WalEnd end = reader.end().orElseThrow();
      assertEquals(wal.end(), end.lsn(), end::toString);
      assertTrue(
          end.reason() == WalEnd.Reason.ZEROS
              || end.reason() == WalEnd.Reason.MISSING_SEGMENT && wal.openSegment().isEmpty()
              || end.reason() == WalEnd.Reason.BAD_PAGE
                  && wal.end().value() % WalPageHeader.PAGE_SIZE == 0,
          end::toString);
    }
    return bodies;
  }

  private static TransactionBody.End end(Outcome outcome, long xid, Instant time) {
    return new TransactionBody.End(
        outcome,
        xid,
        time,
        List.of(),
        List.of(),
        new TransactionBody.Detail(0, 0, 0, 0, Optional.empty(), Optional.empty()));
  }

  @ParameterizedTest
  @EnumSource(PgVersion.class)
  void everyKindOfRecordReadsAsItWasAskedFor(PgVersion version) throws Exception {
    GeneratedWal wal = GeneratedWal.begin(cluster(version, 1), NOON);
    boolean since15 = version.compareTo(PgVersion.PG_15) >= 0;
    boolean since17 = version.compareTo(PgVersion.PG_17) >= 0;
    Optional<WalLevel> level = since17 ? Optional.of(WalLevel.REPLICA) : Optional.empty();
    List<GeneratedRecord> written = new ArrayList<>(List.of(wal.lastRecord()));
    List<RecordBody> expected = new ArrayList<>();
    Lsn first = wal.lastRecord().lsn();
    TimelineId one = TimelineId.FIRST;
    expected.add(new XlogBody.Checkpoint(true, first, one, one, true, level, 3, 16384, 3, 0, NOON));
    written.add(wal.commit(731, LATER));
    expected.add(end(Outcome.COMMIT, 731, LATER));
    written.add(
        wal.commit(
            732,
            NOON,
            TransactionParts.none()
                .inDatabase(5)
                .with(733L, 734L)
                .dropping(FILE)
                .droppingStatistics(FILE)));
    int info = since15 ? 0x107 : 0x007;
    TransactionBody.Detail detail =
        new TransactionBody.Detail(info, 5, since15 ? 1 : 0, 0, Optional.empty(), Optional.empty());
    expected.add(
        new TransactionBody.End(
            Outcome.COMMIT, 732, NOON, List.of(733L, 734L), List.of(FILE), detail));
    written.add(wal.abort(735, NOON));
    expected.add(end(Outcome.ABORT, 735, NOON));
    written.add(
        wal.prepare(
            736,
            "ü1",
            LATER,
            TransactionParts.none()
                .with(737L)
                .dropping(FILE)
                .droppingStatistics(FILE)
                .inDatabase(5)));
    expected.add(
        new TransactionBody.Prepare(736, 5, LATER, "ü1", List.of(737L), List.of(FILE), List.of()));
    written.add(wal.abortPrepared(736, NOON));
    expected.add(
        new TransactionBody.End(
            Outcome.ABORT_PREPARED,
            736,
            NOON,
            List.of(737L),
            List.of(FILE),
            new TransactionBody.Detail(
                since15 ? 0x117 : 0x017,
                5,
                since15 ? 1 : 0,
                0,
                Optional.empty(),
                Optional.empty())));
    written.add(wal.restorePoint("before release", LATER));
    expected.add(new XlogBody.RestorePoint(LATER, "before release"));
    written.add(wal.dropDatabase(738, 16400, List.of(1663L, 16401L)));
    expected.add(new FileBody.DropDatabase(16400, List.of(1663L, 16401L)));
    written.add(wal.message("p", new byte[300]));
    expected.add(new LogicalMessage(0, false, "p", 300));
    Settings settings = new Settings(WalLevel.LOGICAL, true, 10, 11, 12, 13, 14, true);
    written.add(wal.parameterChange(settings));
    expected.add(new XlogBody.ParameterChange(10, 11, 12, 13, 14, WalLevel.LOGICAL, true, true));
    level = since17 ? Optional.of(WalLevel.LOGICAL) : Optional.empty();
    wal.prepare(740, "named", NOON);
    written.add(wal.lastRecord());
    expected.add(
        new TransactionBody.Prepare(740, 0, NOON, "named", List.of(), List.of(), List.of()));
    Lsn redo = wal.beginCheckpoint();
    assertEquals(written.get(written.size() - 1).endLsn(), redo);
    if (since17) {
      written.add(new GeneratedRecord(one, redo, redo.plus(32)));
      expected.add(new XlogBody.CheckpointRedo(WalLevel.LOGICAL));
    }
    written.add(wal.lastRecord());
    expected.add(
        new StandbyBody.RunningTransactions(741, 740, 739, false, List.of(740L), List.of()));
    written.add(wal.completeCheckpoint(redo, NOON));
    expected.add(
        new XlogBody.Checkpoint(false, redo, one, one, true, level, 741, 16384, 3, 740, NOON));
    written.add(wal.commitPrepared(740, LATER));
    expected.add(
        new TransactionBody.End(
            Outcome.COMMIT_PREPARED,
            740,
            LATER,
            List.of(),
            List.of(),
            new TransactionBody.Detail(0x91, 0, 0, 0, Optional.of("named"), Optional.empty())));
    wal.switchSegment();
    written.add(wal.lastRecord());
    expected.add(new XlogBody.Switch());
    wal.switchSegment();

    List<GeneratedRecord> places = new ArrayList<>();
    assertEquals(expected, read(wal, Lsn.ZERO.plus(MIB), places));
    assertEquals(written, places);
  }

  /** Lengths seen in the WAL of servers. */
  @ParameterizedTest
  @EnumSource(PgVersion.class)
  void recordsAreAsLongAsThoseOfServers(PgVersion version) throws Exception {
    boolean since17 = version.compareTo(PgVersion.PG_17) >= 0;
    GeneratedWal wal = GeneratedWal.begin(cluster(version, 1), NOON);
    Lsn first = wal.lastRecord().lsn();
    wal.commit(731, NOON);
    wal.restorePoint("x", NOON);
    GeneratedWal child = wal.fork().promoted(NOON);
    child.switchSegment();
    List<Integer> lengths = new ArrayList<>();
    try (WalReader reader = reader(child).from(first).build()) {
      while (reader.next()) {
        lengths.add(reader.record().totalLength());
      }
    }
    assertEquals(List.of(114, 34, 98, since17 ? 50 : 42, 24), lengths);
  }

  @Test
  void recordsGoOnOverPagesAndSegments() throws Exception {
    GeneratedWal wal = GeneratedWal.begin(cluster(PgVersion.PG_16, 1), NOON);
    List<GeneratedRecord> written = new ArrayList<>(List.of(wal.lastRecord()));
    written.add(wal.filler(3 * MIB + 17));
    Lsn page = new Lsn((wal.end().value() & -8192) + 8192);
    written.add(wal.fillTo(page.plus(-8)));
    written.add(wal.commit(731, NOON));
    written.add(wal.fillTo(page.plus(8192)));
    written.add(wal.commit(732, NOON));
    Lsn segment = wal.openSegment().orElseThrow().end();
    written.add(wal.fillTo(segment));
    assertEquals(List.of(), wal.openSegment().stream().toList());
    assertEquals(segment, wal.switchSegment(), "nothing to switch");
    written.add(wal.abort(733, NOON));
    assertEquals(segment.plus(WalPageHeader.LONG), written.get(written.size() - 1).lsn());
    written.add(wal.fillTo(wal.openSegment().orElseThrow().end().plus(-16)));
    Lsn next = wal.switchSegment();
    written.add(wal.lastRecord());
    assertEquals(wal.end(), next);
    assertEquals(segment.plus(2 * MIB), next, "the switch itself went on in the next segment");
    List<GeneratedRecord> places = new ArrayList<>();
    read(wal, Lsn.ZERO.plus(MIB), places);
    assertEquals(written, places);
    assertEquals(wal.completeSegments().size(), (next.value() - MIB) / MIB);
  }

  @Test
  void recordsThatCannotEndSomewhereAreRefused() {
    GeneratedWal wal = GeneratedWal.begin(cluster(PgVersion.PG_16, 1), NOON);
    assertThrows(IllegalArgumentException.class, () -> wal.fillTo(wal.end().plus(16)));
    assertThrows(IllegalArgumentException.class, () -> wal.fillTo(wal.end().plus(33)));
    for (int length = 24; length <= 320; length += 8) {
      Lsn end = wal.end().plus(length);
      assertEquals(end, wal.fillTo(end).endLsn());
    }
    assertThrows(IllegalArgumentException.class, () -> wal.restorePoint("x".repeat(64), NOON));
    assertThrows(IllegalArgumentException.class, () -> wal.commit(2, NOON));
    assertThrows(IllegalStateException.class, () -> wal.commitPrepared(731, NOON));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 1024})
  void segmentsOfAnySizeTakeLittleMemory(int megabytes) throws Exception {
    GeneratedWal wal = GeneratedWal.begin(cluster(PgVersion.PG_18, megabytes), NOON);
    wal.commit(731, NOON);
    wal.switchSegment();
    wal.commit(732, NOON);
    WalSegment first = wal.completeSegments().get(0);
    try (var in = wal.open(first).orElseThrow()) {
      in.skipNBytes(first.size().bytes() - 1L);
      assertEquals(0, in.read());
      assertEquals(-1, in.read());
    }
    List<GeneratedRecord> places = new ArrayList<>();
    read(wal, first.start(), places);
    assertEquals(4, places.size());
    assertEquals(new Lsn(2L * megabytes * MIB + WalPageHeader.LONG), places.get(3).lsn());
  }

  /** The timelines that the pages of the segment from {@code start} to the end are of. */
  private static List<Long> pageTimelines(GeneratedWal wal, Lsn start) throws Exception {
    WalSegment segment = WalSegment.containing(wal.timeline(), start, wal.cluster().segmentSize());
    List<Long> timelines = new ArrayList<>();
    try (InputStream in = wal.open(segment).orElseThrow()) {
      for (Lsn at = start; at.isBefore(wal.end()); at = at.plus(WalPageHeader.PAGE_SIZE)) {
        ByteBuffer page = ByteBuffer.wrap(in.readNBytes(WalPageHeader.PAGE_SIZE));
        timelines.add(WalPageHeader.parse("page", 0, page).timeline().value());
      }
    }
    return timelines;
  }

  @ParameterizedTest
  @EnumSource(PgVersion.class)
  void timelinesLeaveOneAnother(PgVersion version) throws Exception {
    GeneratedWal wal = GeneratedWal.begin(cluster(version, 1), NOON);
    wal.switchSegment();
    wal.prepare(730, "open", NOON);
    GeneratedRecord last = wal.commit(731, NOON);
    wal.commitPrepared(730, NOON);
    wal.commit(732, LATER);
    GeneratedWal second = wal.fork().after(last).reason("before transaction 732").recovered(LATER);
    GeneratedWal third = second.fork().timeline(new TimelineId(5)).promoted(NOON);
    third.commit(733, NOON);
    assertEquals(List.of(1L), pageTimelines(third, new Lsn(2L * MIB)));
    third.filler(8192);
    assertEquals(List.of(1L, 5L), pageTimelines(third, new Lsn(2L * MIB)));
    second.commitPrepared(730, LATER);
    assertThrows(IllegalStateException.class, () -> wal.commitPrepared(730, NOON));
    assertThrows(IllegalArgumentException.class, () -> second.fork().after(last));

    assertEquals(
        "1\t"
            + last.endLsn()
            + "\tbefore transaction 732\n\n2\t"
            + third.history().ancestors().get(1).switchPoint()
            + "\tno recovery target specified\n",
        new String(third.history().content(), StandardCharsets.UTF_8));
    List<GeneratedRecord> places = new ArrayList<>();
    List<RecordBody> bodies = read(third, new Lsn(2L * MIB), places);
    assertEquals(end(Outcome.COMMIT, 731, NOON), bodies.get(1));
    assertEquals(last.lsn(), places.get(1).lsn());
    XlogBody.Checkpoint checkpoint = (XlogBody.Checkpoint) bodies.get(2);
    assertEquals(last.endLsn(), places.get(2).lsn());
    assertEquals(new TimelineId(2), checkpoint.timeline());
    assertEquals(TimelineId.FIRST, checkpoint.previousTimeline());
    assertEquals(733, checkpoint.nextXid());
    XlogBody.EndOfRecovery end = (XlogBody.EndOfRecovery) bodies.get(3);
    assertEquals(new TimelineId(5), end.timeline());
    assertEquals(new TimelineId(2), end.previousTimeline());
    assertEquals(end(Outcome.COMMIT, 733, NOON), bodies.get(4));
    assertEquals(6, bodies.size());
    WalSegment old = new WalSegment(TimelineId.FIRST, 1, wal.cluster().segmentSize());
    assertArrayEquals(
        wal.open(old).orElseThrow().readAllBytes(), third.open(old).orElseThrow().readAllBytes());
  }
}
