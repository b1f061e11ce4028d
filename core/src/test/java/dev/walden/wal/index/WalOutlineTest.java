package dev.walden.wal.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.WalEnd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WalOutlineTest {
  private static final int SIZE = WrittenWal.SIZE.bytes();

  @Test
  void refusesASegmentOfAnotherHistory() throws Exception {
    List<WalOutline> one = switched(100).outlines();
    List<WalOutline> other = switched(108).outlines();
    assertTrue(one.get(0).followedBy(one.get(1)).isPresent());
    assertEquals(Optional.empty(), one.get(0).followedBy(other.get(1)));
    String why = one.get(0).breakBefore(other.get(1)).orElseThrow();
    assertEquals("record at 0/400028 has prev-link 0/3000B0, expected 0/3000A8", why);
  }

  @Test
  void refusesTheRestOfAnotherRecord() throws Exception {
    List<WalOutline> one = straddling(1).outlines();
    List<WalOutline> other = straddling(2).outlines();
    assertTrue(one.get(0).followedBy(one.get(1)).isPresent());
    String why = one.get(0).breakBefore(other.get(1)).orElseThrow();
    assertTrue(why.contains("has an incorrect checksum"), why);
  }

  @Test
  void refusesAGapAndWhatFollowsAnEnd() throws Exception {
    WrittenWal wal = straddling(1);
    wal.fill(3 * SIZE);
    wal.fill(8);
    List<WalOutline> outlines = wal.outlines();
    String gap = outlines.get(0).breakBefore(outlines.get(2)).orElseThrow();
    assertTrue(gap.contains("does not follow"), gap);
    WalOutline last = outlines.get(outlines.size() - 1);
    WalOutline beyond = outline(WrittenWal.segment(outlines.size()), emptyPage(outlines.size()));
    assertTrue(last.breakBefore(beyond).orElseThrow().contains("valid WAL ends before"));
  }

  @Test
  void aTornSegmentTellsWhatIsThere() throws Exception {
    WrittenWal wal = new WrittenWal();
    for (int i = 0; i < 20; i++) {
      wal.fill(7000);
    }
    byte[] bytes = wal.segments().get(0);
    WalOutline torn = outline(WrittenWal.segment(0), Arrays.copyOf(bytes, 100_000));
    assertEquals(Optional.of(WalEnd.Reason.TRUNCATED_SEGMENT), torn.end());
    assertEquals(Optional.empty(), torn.unfinishedRecordLsn());
    assertEquals(14, torn.recordCount());
  }

  @Test
  void whatIsNoSegmentHasNoOutline() {
    WalSegment segment = WrittenWal.segment(0);
    for (byte[] bytes :
        List.of(new byte[0], new byte[30], new byte[SIZE], "junk".getBytes(UTF_8))) {
      CorruptFileException e =
          assertThrows(CorruptFileException.class, () -> outline(segment, bytes));
      assertEquals(segment.toString(), e.file());
    }
    byte[] good = straddling(1).segments().get(0);
    assertThrows(CorruptFileException.class, () -> outline(segment, Arrays.copyOf(good, SIZE + 1)));
    assertThrows(CorruptFileException.class, () -> outline(WrittenWal.segment(1), good));
    byte[] later = good.clone();
    later[0] = 0x20;
    later[1] = (byte) 0xD1;
    assertThrows(UnsupportedFormatException.class, () -> outline(segment, later));
  }

  @Test
  void timelinesMayRiseFromSegmentToSegment() throws Exception {
    WrittenWal wal = switched(100);
    WalOutline first = wal.outlines().get(0);
    WalSegment next =
        new WalSegment(new TimelineId(2), WrittenWal.segment(1).number(), WrittenWal.SIZE);
    WalOutline second = outline(next, wal.segments().get(1));
    WalOutline both = first.followedBy(second).orElseThrow();
    assertEquals(new TimelineId(2), both.lastSegment().timeline());
    assertEquals(2, both.segmentCount());
    WalSegment older =
        new WalSegment(new TimelineId(2), WrittenWal.segment(0).number(), WrittenWal.SIZE);
    assertEquals(
        Optional.empty(), outline(older, wal.segments().get(0)).followedBy(wal.outlines().get(1)));
  }

  @Test
  void condensedOutlinesKeepWhatIsRare() throws Exception {
    WrittenWal wal = new WrittenWal();
    for (int i = 0; i < 3; i++) {
      wal.append(0, 0x70, 0, WrittenWal.little(72).putLong(5).put("point".getBytes(UTF_8)).array());
      wal.append(4, 0x20, 9, WrittenWal.little(12).putInt(1).putInt(0).array());
    }
    WalOutline outline = wal.outlines().get(0).condensed();
    assertEquals(3, outline.events().size());
    assertEquals(new Omissions(0, 0, Optional.empty(), 3, 0), outline.omissions());
    assertEquals(outline, Joining.stored(outline));
  }

  @Test
  void documentsCanBeReadWithoutWalden() throws Exception {
    String json = new String(WalOutlineJson.print(switched(100).outlines()), UTF_8);
    assertTrue(
        json.startsWith(
            "{\"format\":1,\"segmentSize\":1048576,\"outlines\":[{\"firstSegment\":"
                + "\"000000010000000000000003\",\"lastSegment\":\"000000010000000000000003\","
                + "\"version\":17,\"records\":2,\"firstRecord\":\"0/300028\","
                + "\"previousRecord\":\"0/0\",\"lastRecord\":\"0/3000A8\","
                + "\"lastRecordEnd\":\"0/400000\",\"transactions\":{\"count\":0,"),
        json);
    assertFalse(json.substring(0, json.length() - 1).contains("\n"));
  }

  private static WrittenWal switched(int bytes) {
    WrittenWal wal = new WrittenWal();
    wal.fill(bytes);
    wal.switchSegment();
    wal.fill(8);
    return wal;
  }

  private static WrittenWal straddling(int content) {
    WrittenWal wal = new WrittenWal();
    wal.fillUpTo(100);
    byte[] data = new byte[1000];
    Arrays.fill(data, (byte) content);
    wal.append(21, 0x10, 7, data);
    wal.fill(8);
    return wal;
  }

  private static byte[] emptyPage(int index) {
    WrittenWal wal = new WrittenWal();
    for (int i = 0; i < index; i++) {
      wal.fill(8);
      wal.switchSegment();
    }
    wal.fill(8);
    return wal.segments().get(index);
  }

  private static WalOutline outline(WalSegment segment, byte[] bytes) throws IOException {
    return WalOutliner.outline(segment, new ByteArrayInputStream(bytes));
  }
}
