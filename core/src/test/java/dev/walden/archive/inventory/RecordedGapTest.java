package dev.walden.archive.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveSettings;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.archive.objects.SmallObjects;
import dev.walden.backup.WalRange;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.cluster.PgVersion;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.StoredObject;
import dev.walden.testing.InMemoryStorage;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Notes of missing WAL: kept, void once it is there, and never more than notes. */
class RecordedGapTest {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity(new SystemIdentifier(1), SIZE, PgVersion.PG_17);
  private static final Instant TIME = Instant.parse("2026-11-22T14:54:16Z");

  private final InMemoryStorage storage = new InMemoryStorage();
  private final WalInventory.Builder archived = new WalInventory.Builder(CLUSTER);

  private void holds(long timeline, long... numbers) {
    for (long number : numbers) {
      archived.segment(new WalSegment(new TimelineId(timeline), number, SIZE), 1);
    }
  }

  private static WalRange range(long timeline, long from, long to) {
    return new WalRange(new TimelineId(timeline), SIZE.startOf(from), SIZE.startOf(to));
  }

  private void lost(long timeline, long from, long to) {
    archived.gap(new RecordedGap(range(timeline, from, to), TIME, "lost"));
  }

  private List<WalRange> gaps() {
    return archived.build().gaps().stream().map(RecordedGap::range).toList();
  }

  private static TimelineHistory history(long timeline, String content)
      throws CorruptFileException {
    return TimelineHistory.parse(
        new TimelineId(timeline), content.getBytes(StandardCharsets.US_ASCII));
  }

  private ArchiveStore archive() throws Exception {
    return ArchiveStore.openOrCreate(storage, ArchiveSettings.defaults(), CLUSTER);
  }

  @Test
  void isListedAsItWasRecorded() throws Exception {
    RecordedGap gap = new RecordedGap(range(2, 5, 9), TIME, "the slot was \"lost\"");
    archive().recordGap(gap);
    archive().recordGap(new RecordedGap(range(2, 5, 9), TIME.plusSeconds(1), "again"));
    assertEquals(List.of(gap), archive().inventory().gaps());
    assertTrue(
        storage.find("1/gap/00000002/0000000000500000-0000000000900000.json.sha256").isPresent());
  }

  @Test
  void isOfWholeSegments() throws Exception {
    WalRange half = new WalRange(TimelineId.FIRST, SIZE.startOf(1), Lsn.parse("0/180000"));
    assertThrows(
        IllegalArgumentException.class,
        () -> archive().recordGap(new RecordedGap(half, TIME, "x")));
    assertThrows(
        IllegalArgumentException.class,
        () -> archive().recordGap(new RecordedGap(range(1, 1, 1), TIME, "x")));
  }

  @Test
  void countsOnceItsDigestIsThere() throws Exception {
    RecordedGap gap = new RecordedGap(range(1, 5, 9), TIME, "lost");
    archive().recordGap(gap);
    String digest = "1/gap/00000001/0000000000500000-0000000000900000.json.sha256";
    assertTrue(storage.delete(digest));
    assertEquals(List.of(), archive().inventory().gaps());
    archive().recordGap(new RecordedGap(range(1, 5, 9), TIME.plusSeconds(9), "of another"));
    assertEquals(List.of(gap), archive().inventory().gaps());
  }

  @Test
  void readsWhatItCanOfOthers() throws Exception {
    put("1/gap/00000001/0000000000500000-0000000000600000.json", "junk");
    put(
        "1/gap/00000001/0000000000700000-0000000000800000.json",
        "{\"format\":1,\"reason\":\"by hand\",\"more\":[1]}");
    put("1/gap/00000001/0000000000900000-0000000000A00000.json", "{\"format\":2}");
    for (String name :
        List.of(
            "00000001/0000000000500000-0000000000500000.json",
            "00000001/0000000000500001-0000000000600000.json",
            "00000001/0000000000600000-0000000000500000.json",
            "00000000/0000000000500000-0000000000600000.json",
            "00000001/500000-600000.json",
            "0000000000500000-0000000000600000.json",
            "00000001/x/0000000000500000-0000000000600000.json")) {
      put("1/gap/" + name, "{\"format\":1,\"reason\":\"in a wrong place\"}");
    }
    List<RecordedGap> gaps = archive().inventory().gaps();
    assertEquals(List.of(range(1, 5, 6), range(1, 7, 8), range(1, 9, 10)), ranges(gaps));
    assertTrue(gaps.get(0).time().isEmpty());
    assertEquals("by hand", gaps.get(1).reason());
    assertFalse(gaps.get(2).reason().isEmpty());
  }

  private static List<WalRange> ranges(List<RecordedGap> gaps) {
    return gaps.stream().map(RecordedGap::range).toList();
  }

  private void put(String name, String content) throws Exception {
    archive();
    SmallObjects.put(new PlainObjects(storage), name, content.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void listsManyNotes() throws Exception {
    for (int i = 1; i <= 1100; i++) {
      archive().recordGap(new RecordedGap(range(1, 2L * i, 2L * i + 1), TIME, "lost"));
    }
    assertEquals(1100, archive().inventory().gaps().size());
    for (StoredObject object : storage.list("1/gap/", "", 10)) {
      assertTrue(object.length() > 0);
    }
  }

  @Test
  void isVoidWhereTheWalIsThere() {
    holds(1, 3, 6, 9);
    lost(1, 4, 9);
    assertEquals(List.of(range(1, 4, 6), range(1, 7, 9)), gaps());
    holds(1, 10);
    lost(1, 3, 4);
    lost(1, 9, 11);
    assertEquals(List.of(range(1, 4, 6), range(1, 7, 9)), gaps());
  }

  @Test
  void overlapsNoOther() {
    lost(1, 4, 9);
    lost(1, 7, 12);
    lost(1, 2, 20);
    lost(2, 5, 6);
    assertEquals(
        List.of(range(1, 2, 4), range(1, 4, 9), range(1, 9, 12), range(1, 12, 20), range(2, 5, 6)),
        gaps());
  }

  @Test
  void isPassedOverOnItsOwnTimelineOnly() throws Exception {
    holds(1, 3, 4);
    lost(1, 5, 9);
    WalPath first = new WalPath(archived.build(), TimelineHistory.first());
    assertEquals(SIZE.startOf(9), first.firstUnrecorded(SIZE.startOf(3)));
    assertEquals(List.of(range(1, 5, 9)), first.missing(SIZE.startOf(3), SIZE.startOf(9)));
    assertEquals(List.of(range(1, 9, 11)), first.unrecorded(SIZE.startOf(3), SIZE.startOf(11)));
    // timeline 2 has left it within segment 7, so its own segment 7 is the right one
    WalPath second = new WalPath(archived.build(), history(2, "1\t0/780000\tx\n"));
    assertEquals(SIZE.startOf(7), second.firstUnrecorded(SIZE.startOf(3)));
    assertEquals(
        List.of(range(1, 5, 7), range(2, 7, 9)), second.missing(SIZE.startOf(3), SIZE.startOf(9)));
    assertEquals(List.of(range(2, 7, 9)), second.unrecorded(SIZE.startOf(3), SIZE.startOf(9)));
  }

  @Test
  void missesWhatLiesBetweenAndBehind() throws Exception {
    holds(1, 3, 5, 6, 7);
    holds(2, 8);
    WalPath path = new WalPath(archived.build(), history(3, "1\t0/600000\tx\n2\t0/A80000\tx\n"));
    assertEquals(
        List.of(range(1, 4, 5), range(2, 6, 8), range(2, 9, 10), range(3, 10, 12)),
        path.missing(SIZE.startOf(3), SIZE.startOf(12)));
    assertEquals(List.of(), path.missing(SIZE.startOf(5), SIZE.startOf(6)));
    lost(2, 6, 7);
    WalPath noted = new WalPath(archived.build(), history(3, "1\t0/600000\tx\n2\t0/A80000\tx\n"));
    assertEquals(
        List.of(range(1, 4, 5), range(2, 7, 8)),
        noted.unrecorded(SIZE.startOf(3), SIZE.startOf(9)));
  }

  @Test
  void canBeReadByHand() throws Exception {
    archive().recordGap(new RecordedGap(range(1, 5, 9), TIME, "lost"));
    try (var in = storage.open("1/gap/00000001/0000000000500000-0000000000900000.json")) {
      assertEquals(
          """
          {
            "format" : 1,
            "timeline" : 1,
            "start" : "0/500000",
            "end" : "0/900000",
            "time" : "2026-11-22T14:54:16Z",
            "reason" : "lost"
          }
          """,
          new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    storage.put("1/gap/other", ObjectSource.of(new byte[3]));
    assertEquals(1, archive().inventory().gaps().size());
  }
}
