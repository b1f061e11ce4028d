package dev.walden.archive.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Histories with switch points that increase, repeat and decrease, and archives with holes. */
class SegmentLookupProperties {
  private static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);
  private static final int SEGMENTS = 8;

  /** As {@code TimeLineHistoryEntry}; begin is 0 for the oldest. */
  private record Entry(TimelineId timeline, Lsn begin) {}

  private final List<Entry> newestFirst = new ArrayList<>();
  private final Set<WalSegment> archived = new TreeSet<>();
  private SegmentLookup lookup;

  private void draw(Random random) throws CorruptFileException {
    newestFirst.clear();
    archived.clear();
    StringBuilder file = new StringBuilder();
    Lsn begin = Lsn.ZERO;
    int timeline = 1 + random.nextInt(2);
    for (int ancestors = random.nextInt(5); ancestors > 0; ancestors--) {
      newestFirst.add(0, new Entry(new TimelineId(timeline), begin));
      begin = position(random);
      file.append(timeline).append('\t').append(begin).append("\tno reason\n");
      timeline += 1 + random.nextInt(2);
    }
    if (newestFirst.isEmpty()) {
      timeline = 1;
    }
    newestFirst.add(0, new Entry(new TimelineId(timeline), begin));
    lookup =
        new SegmentLookup(
            newestFirst.size() == 1
                ? TimelineHistory.first()
                : TimelineHistory.parse(
                    new TimelineId(timeline), file.toString().getBytes(StandardCharsets.US_ASCII)),
            SIZE);
    for (Entry entry : newestFirst) {
      for (int number = 0; number <= SEGMENTS; number++) {
        if (random.nextInt(3) > 0) {
          archived.add(new WalSegment(entry.timeline(), number, SIZE));
        }
      }
    }
  }

  /** Often at or near a boundary of segments. */
  private static Lsn position(Random random) {
    int offset = new int[] {0, 40, SIZE.bytes() / 2, SIZE.bytes() - 32}[random.nextInt(4)];
    return SIZE.startOf(1 + random.nextInt(SEGMENTS - 1)).plus(offset);
  }

  /** The loop of {@code XLogFileReadAnyTLI}, line by line; 0 if no file was opened. */
  private long xlogFileReadAnyTli(long segno, long curFileTli, List<WalSegment> probed) {
    for (Entry hent : newestFirst) {
      long tli = hent.timeline().value();
      if (tli < curFileTli) {
        break; // don't bother looking at too-old TLIs
      }
      if (!hent.begin().equals(Lsn.ZERO)) {
        long beginseg = hent.begin().value() / SIZE.bytes();
        if (segno < beginseg) {
          continue; // the timeline begins after the segment
        }
      }
      WalSegment file = new WalSegment(hent.timeline(), segno, SIZE);
      probed.add(file);
      if (archived.contains(file)) {
        return tli;
      }
    }
    return 0;
  }

  @Property(tries = 3000)
  void opensWhatTheServerOpens(
      @ForAll long seed,
      @ForAll @IntRange(max = SEGMENTS) int segno,
      @ForAll @IntRange(max = 9) int from)
      throws CorruptFileException {
    draw(new Random(seed));
    long curFileTli = from;
    for (long number = segno; number <= SEGMENTS; number++) {
      List<WalSegment> probed = new ArrayList<>();
      long opened = xlogFileReadAnyTli(number, curFileTli, probed);
      List<WalSegment> files = lookup.filesProbed(number, new TimelineId(Math.max(1, curFileTli)));
      Optional<WalSegment> first = files.stream().filter(archived::contains).findFirst();
      assertEquals(opened, first.map(file -> file.timeline().value()).orElse(0L), this::toString);
      assertEquals(
          probed,
          first.isPresent() ? files.subList(0, files.indexOf(first.get()) + 1) : files,
          this::toString);
      curFileTli = opened == 0 ? curFileTli : opened;
    }
  }

  @Property
  void theRightFileIsProbedFirst(@ForAll long seed, @ForAll @IntRange(max = SEGMENTS) int number)
      throws CorruptFileException {
    draw(new Random(seed));
    assertEquals(
        lookup.rightFile(number),
        lookup.filesProbed(number, TimelineId.FIRST).get(0),
        this::toString);
  }

  @Override
  public String toString() {
    return lookup.history() + " " + archived;
  }
}
