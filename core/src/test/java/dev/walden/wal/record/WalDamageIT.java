package dev.walden.wal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.UnsupportedFormatException;
import dev.walden.cluster.SystemIdentifier;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ends and damage, made from the WAL of a real server. */
class WalDamageIT {
  private static final int PAGE = 8192;
  private static final int SEGMENT = WalWorkload.SIZE.bytes();

  private final SampleSegments wal = SampleSegments.take();

  @Test
  void zerosAfterARecordAreTheEnd() throws Exception {
    for (SampleSegments.Place record : wal.someRecords(40)) {
      wal.zero(record.end(), wal.end());
      WalEnd end = wal.readToEnd();
      assertEquals(record.end(), end.lsn());
      assertEquals(WalEnd.Reason.ZEROS, end.reason(), end::toString);
      assertFalse(end.followed());
      wal.restore();
    }
  }

  @Test
  void zerosWithinARecordEndBeforeIt() throws Exception {
    for (SampleSegments.Place record : wal.someRecords(40)) {
      wal.zero(record.start().plus(4), wal.end());
      WalEnd end = wal.readToEnd();
      assertTrue(record.start().minus(end.lsn()) <= 40, end + " for " + record);
      wal.restore();
    }
  }

  @Test
  void aTornSegmentEndsWithItsLastWholeRecord() throws Exception {
    for (SampleSegments.Place record : wal.someRecords(60)) {
      WalSegment segment = wal.segment(record.end().plus(-1));
      int kept = WalWorkload.SIZE.offset(record.end().plus(-1)) + 1;
      wal.cut(segment, kept);
      wal.removeAfter(segment);
      WalEnd end = wal.readToEnd();
      assertEquals(record.end(), end.lsn(), end::toString);
      boolean whole = kept == SEGMENT;
      assertEquals(
          whole ? WalEnd.Reason.MISSING_SEGMENT : WalEnd.Reason.TRUNCATED_SEGMENT, end.reason());
      // alignment may be missing too, data may not
      wal.cut(segment, kept - 8);
      assertTrue(wal.readToEnd().lsn().isBefore(record.end()));
      wal.restore();
    }
  }

  @Test
  void pagesOfARecycledSegmentAreTheEnd() throws Exception {
    for (SampleSegments.Place record : wal.someRecords(30)) {
      long page = record.end().value() + PAGE - 1 & -PAGE;
      WalSegment segment = wal.segment(record.end().plus(-1));
      wal.zero(record.end(), new Lsn(page));
      wal.copy(new Lsn(page - 2 * SEGMENT), new Lsn(page), segment.end());
      wal.copy(segment.start(), segment.end(), wal.end());
      WalEnd end = wal.readToEnd();
      assertEquals(record.end(), end.lsn());
      assertFalse(end.followed(), end::toString);
      boolean atPage = record.end().value() == page;
      assertEquals(atPage ? WalEnd.Reason.BAD_PAGE : WalEnd.Reason.ZEROS, end.reason());
      wal.restore();
    }
  }

  @Test
  void aFlippedBitInTheMiddleIsDamageAndNotTheEnd() throws Exception {
    for (SampleSegments.Place record : wal.someRecords(40)) {
      wal.bytesAt(record.start().plus(20))[WalWorkload.SIZE.offset(record.start().plus(20))] ^= 4;
      WalEnd end = wal.readToEnd();
      assertTrue(record.start().minus(end.lsn()) <= 40, end + " for " + record);
      assertEquals(wal.hasSegmentAfter(record.end()), end.followed(), end + " for " + record);
      wal.restore();
    }
  }

  @Test
  void aRecordOfEarlierUseIsNotTakenForTheNext() throws Exception {
    SampleSegments.Place record =
        wal.someRecords(200).stream()
            .filter(r -> r.end().value() % PAGE > 2000 && r.end().value() % PAGE < 6000)
            .filter(r -> r.end().minus(r.start()) < 1000)
            .findFirst()
            .orElseThrow();
    Lsn copyEnd = record.end().plus(record.end().minus(record.start()));
    wal.copy(record.start(), record.end(), copyEnd);
    WalEnd end = wal.readToEnd();
    assertEquals(WalEnd.Reason.BAD_PREV, end.reason(), end::toString);
    assertEquals(record.end(), end.lsn());
    // nor if it should be the first, when it names a record that is not before it
    wal.number(record.end().plus(12), wal.number(record.end().plus(12)) + 1);
    WalReader.Builder late =
        WalReader.builder(wal, WalWorkload.SIZE).from(record.end()).until(copyEnd);
    assertEquals(WalEnd.Reason.BAD_PREV, SampleSegments.end(late).reason());
  }

  @Test
  void aMissingSegmentIsNamed() throws Exception {
    WalSegment segment = wal.segment(wal.start().plus(4L * SEGMENT));
    wal.remove(segment);
    WalEnd end = wal.readToEnd();
    assertEquals(WalEnd.Reason.MISSING_SEGMENT, end.reason());
    assertTrue(end.detail().contains(segment.toString()), end::toString);
    assertTrue(end.lsn().compareTo(segment.start()) <= 0);
  }

  @Test
  void anotherSegmentUnderItsNameIsNotRead() throws Exception {
    WalSegment segment = wal.segment(wal.start().plus(4L * SEGMENT));
    wal.put(segment, wal.bytesAt(segment.end()).clone());
    WalEnd end = wal.readToEnd();
    assertEquals(WalEnd.Reason.BAD_PAGE, end.reason());
    assertTrue(end.detail().contains("unexpected page address " + segment.end()), end::toString);
    assertTrue(end.followed());
  }

  @Test
  void aSegmentOfAnotherClusterOrTimelineIsNotRead() throws Exception {
    WalReader.Builder other =
        WalReader.builder(wal, WalWorkload.SIZE).cluster(new SystemIdentifier(1));
    assertEquals(WalEnd.Reason.BAD_PAGE, SampleSegments.end(other.from(wal.start())).reason());
    WalSegment segment = wal.segment(wal.start().plus(4L * SEGMENT));
    wal.bytesAt(segment.start())[4] = 2;
    assertTrue(wal.readToEnd().detail().contains("timeline 2 in segment " + segment));
    wal.restore();
    wal.bytesAt(segment.start())[24] ^= 1;
    assertTrue(wal.readToEnd().detail().contains("system identifier"));
  }

  @Test
  void timelinesDoNotGoBack() throws Exception {
    WalSegment segment = wal.segment(wal.start().plus(4L * SEGMENT));
    wal.bytesAt(segment.start())[4] = 3;
    WalReader.Builder reader =
        WalReader.builder(wal, WalWorkload.SIZE).timeline(new TimelineId(3)).from(wal.start());
    assertTrue(SampleSegments.end(reader).detail().contains("timeline 1 after timeline 3"));
  }

  @Test
  void namesAVersionThatIsNotSupported() {
    wal.bytesAt(wal.start())[0] = 0x20;
    UnsupportedFormatException e =
        assertThrows(UnsupportedFormatException.class, () -> wal.readToEnd());
    assertTrue(e.getMessage().contains("PostgreSQL 19"), e.getMessage());
  }

  @Test
  void startsAtTheFirstRecordAtOrAfterAnyPosition() throws Exception {
    List<SampleSegments.Place> records = wal.records();
    for (int i = 1; i < records.size(); i += 97) {
      Lsn previous = records.get(i - 1).start();
      Lsn wanted = records.get(i).start();
      for (Lsn from : List.of(previous.plus(1), wanted.plus(-1), wanted)) {
        try (WalReader reader =
            WalReader.builder(wal, WalWorkload.SIZE).from(from).until(wanted.plus(1)).build()) {
          assertTrue(reader.next());
          assertEquals(wanted, reader.record().lsn());
          assertFalse(reader.next());
          assertEquals(WalEnd.Reason.END_REACHED, reader.end().orElseThrow().reason());
        }
      }
    }
  }

  @Test
  void aLengthThatIsNotThereTakesNoMemory() throws Exception {
    SampleSegments.Place big =
        wal.records().stream()
            .filter(r -> r.end().minus(r.start()) > 2L * SEGMENT)
            .findFirst()
            .orElseThrow();
    int claimed = 1020 << 20;
    int more = claimed - wal.number(big.start());
    wal.number(big.start(), claimed);
    Lsn last = wal.segment(big.end()).start();
    for (Lsn page = new Lsn((big.start().value() & -PAGE) + PAGE);
        page.isBefore(last);
        page = page.plus(PAGE)) {
      wal.number(page.plus(16), wal.number(page.plus(16)) + more);
    }
    wal.removeAfter(wal.segment(last.plus(-1)));
    // with the memory of the tests, the claimed length would fail
    WalEnd end = wal.readToEnd();
    assertEquals(WalEnd.Reason.MISSING_SEGMENT, end.reason());
    assertTrue(big.start().minus(end.lsn()) <= 40, end::toString);
  }

  @Test
  void closesWhatItOpened() throws Exception {
    assertEquals(WalEnd.Reason.ZEROS, wal.readToEnd().reason());
    try (WalReader reader = WalReader.builder(wal, WalWorkload.SIZE).from(wal.start()).build()) {
      assertTrue(reader.next());
      assertEquals(1, wal.open());
    }
    assertEquals(0, wal.open());
  }
}
