package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.walden.wal.record.SegmentJoint.Verdict;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;

/** Joints of segments in which records straddle the boundary in all ways, overwritten ones too. */
class SegmentJointProperties {

  @Property(tries = 300)
  void neighboursOfOneServerContinue(@ForAll long seed) throws Exception {
    List<WalOutline> outlines = RandomWal.write(new Random(seed), true).outlines();
    long whole = 0;
    for (int i = 1; i < outlines.size(); i++) {
      Verdict verdict = outlines.get(i - 1).joint(outlines.get(i)).verdict();
      whole += outlines.get(i - 1).recordCount();
      // an overwritten first record leaves another one without any before it
      if (whole > 0 || verdict != Verdict.UNKNOWN) {
        assertEquals(Verdict.CONTINUES, verdict, i + " of " + outlines);
      }
    }
  }

  /** While a segment arrives, nobody can tell, or it continues. */
  @Tag("long")
  @Property(tries = 300)
  void aBeginningOfTheNextSegmentNeverContradicts(
      @ForAll long seed, @ForAll @IntRange(min = 40, max = 1 << 20) int length) throws Exception {
    WrittenWal wal = RandomWal.write(new Random(seed), true);
    List<WalOutline> outlines = wal.outlines();
    for (int i = 1; i < outlines.size(); i++) {
      WalOutliner beginning = new WalOutliner(WrittenWal.segment(i));
      beginning.accept(wal.segments().get(i), 0, length);
      assertNotEquals(
          Verdict.CONFLICT, outlines.get(i - 1).joint(beginning.finish()).verdict(), i + "");
    }
  }

  /** Two servers that were one, and wrote differently: only the last records tell. */
  @Property(tries = 200)
  void whatEndsElsewhereIsContradicted(@ForAll long seed, @ForAll long otherSeed) throws Exception {
    List<WalOutline> one = switched(new Random(seed)).outlines();
    List<WalOutline> other = switched(new Random(otherSeed)).outlines();
    boolean same = one.get(0).lastRecordLsn().equals(other.get(0).lastRecordLsn());
    assertEquals(
        same ? Verdict.CONTINUES : Verdict.CONFLICT, one.get(0).joint(other.get(1)).verdict());
  }

  private static WrittenWal switched(Random random) {
    WrittenWal wal = new WrittenWal();
    for (int i = random.nextInt(50); i >= 0; i--) {
      wal.fill(8 * random.nextInt(2000));
    }
    wal.switchSegment();
    wal.fill(random.nextInt(20_000));
    return wal;
  }
}
