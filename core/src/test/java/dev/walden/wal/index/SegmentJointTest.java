package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.record.SegmentJoint;
import dev.walden.wal.record.SegmentJoint.Verdict;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the end of one segment and the beginning of the next tell. */
class SegmentJointTest {
  private static final int RECORD = 24 + 2 + 100;

  /** Fills a segment and continues; {@code extra} shifts the last records of the first segment. */
  private static WrittenWal twoSegments(int extra) {
    WrittenWal wal = new WrittenWal();
    wal.fill(1000);
    wal.fillUpTo(100 + extra);
    wal.fill(5000);
    wal.fill(100);
    return wal;
  }

  private static WalOutline outline(WrittenWal wal, int segment) throws Exception {
    return WalOutliner.outline(
        WrittenWal.segment(segment), new ByteArrayInputStream(wal.segments().get(segment)));
  }

  @Test
  void aSegmentContinuesTheOneBefore() throws Exception {
    WrittenWal wal = twoSegments(0);
    assertEquals(new SegmentJoint(Verdict.CONTINUES, ""), outline(wal, 0).joint(outline(wal, 1)));
  }

  @Test
  void anotherServersRecordOverTheBoundaryIsAConflict() throws Exception {
    SegmentJoint joint = outline(twoSegments(0), 0).joint(outline(twoSegments(64), 1));
    assertEquals(Verdict.CONFLICT, joint.verdict(), joint.reason());
  }

  /** After a switch nothing but the link tells. */
  @Test
  void aLinkToAnotherRecordIsAConflict() throws Exception {
    WrittenWal one = new WrittenWal();
    one.fill(1000);
    one.switchSegment();
    one.fill(RECORD);
    WrittenWal other = new WrittenWal();
    other.fill(2000);
    other.switchSegment();
    other.fill(RECORD);
    SegmentJoint joint = outline(one, 0).joint(outline(other, 1));
    assertEquals(Verdict.CONFLICT, joint.verdict());
    assertTrue(joint.reason().contains("prev-link"), joint.reason());
    assertEquals(Verdict.CONTINUES, outline(other, 0).joint(outline(other, 1)).verdict());
  }

  /** Copies that wrote alike have the same links: the bytes must be compared, too. */
  @Test
  void anEqualLinkContinues() throws Exception {
    WrittenWal one = new WrittenWal();
    one.append(0, 0x20, 1, new byte[1000]);
    one.switchSegment();
    WrittenWal other = new WrittenWal();
    other.append(0, 0x20, 2, new byte[1000]);
    other.switchSegment();
    other.fill(RECORD);
    assertEquals(Verdict.CONTINUES, outline(one, 0).joint(outline(other, 1)).verdict());
  }

  @Test
  void anOverwrittenRecordContinues() throws Exception {
    WrittenWal wal = new WrittenWal();
    wal.fill(1000);
    wal.fillUpTo(100);
    wal.overwritten(0, 0x20, new byte[20_000], 1);
    wal.fill(100);
    List<WalOutline> outlines = wal.outlines();
    SegmentJoint joint = outlines.get(0).joint(outlines.get(1));
    assertEquals(Verdict.CONTINUES, joint.verdict(), joint.reason());
  }

  @Test
  void aDamagedSegmentTellsNothing() throws Exception {
    WrittenWal wal = twoSegments(0);
    byte[] damaged = wal.segments().get(0).clone();
    Arrays.fill(damaged, damaged.length / 2, damaged.length, (byte) 0x55);
    WalOutline left = WalOutliner.outline(WrittenWal.segment(0), new ByteArrayInputStream(damaged));
    SegmentJoint joint = left.joint(outline(wal, 1));
    assertEquals(Verdict.UNKNOWN, joint.verdict());
    assertTrue(joint.reason().contains("ends inside"), joint.reason());
  }

  @Test
  void theFirstRecordOfAResetServerTellsNothing() throws Exception {
    WrittenWal wal = new WrittenWal();
    wal.fill(1000);
    wal.switchSegment();
    wal.reset();
    wal.fill(100);
    assertEquals(Verdict.UNKNOWN, outline(wal, 0).joint(outline(wal, 1)).verdict());
  }

  @Test
  void onlyNeighboursAreJoined() throws Exception {
    WrittenWal wal = twoSegments(0);
    assertThrows(IllegalArgumentException.class, () -> outline(wal, 0).joint(outline(wal, 0)));
  }
}
