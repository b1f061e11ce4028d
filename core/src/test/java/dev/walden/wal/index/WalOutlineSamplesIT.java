package dev.walden.wal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import dev.walden.wal.record.SampleSegments;
import dev.walden.wal.record.WalReader;
import dev.walden.wal.record.WalWorkload;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Outlines of what a server wrote, in pieces and damaged in any way. */
class WalOutlineSamplesIT {
  @Property(tries = 100)
  void piecesOfAnyLengthGiveTheSame(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    SampleSegments wal = SampleSegments.take();
    Lsn place = wal.start().plus(random.nextInt((int) wal.end().minus(wal.start())));
    byte[] bytes = wal.bytesAt(place);
    byte[] torn = Arrays.copyOf(bytes, random.nextInt(bytes.length - 40) + 40);
    byte[] one = random.nextBoolean() ? bytes : torn;
    WalSegment segment = wal.segment(place);
    WalOutliner outliner = new WalOutliner(segment);
    int longest = 1 << 1 + random.nextInt(18);
    byte[] piece = new byte[longest + 100];
    for (int at = 0; at < one.length; ) {
      int count = Math.min(one.length - at, 1 + random.nextInt(longest));
      int offset = random.nextInt(100);
      System.arraycopy(one, at, piece, offset, count);
      outliner.accept(piece, offset, count);
      random.nextBytes(piece);
      at += count;
    }
    assertEquals(outline(segment, one), outliner.finish());
  }

  /** Damage anywhere, also in what outlines keep of each other's records. */
  @Property(tries = 300)
  void damageEndsOutlinesWhereItEndsOnePass(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    SampleSegments wal = SampleSegments.take();
    int size = WalWorkload.SIZE.bytes();
    int segments = (int) (wal.end().minus(wal.start()) / size);
    Lsn from = wal.start().plus((long) random.nextInt(segments - 3) * size);
    Lsn place = from.plus(random.nextInt(3 * size));
    damage(wal, place, random);
    WalOutline all = null;
    try {
      for (int i = 0; i < 3 && (all == null || all.end().isEmpty()); i++) {
        WalSegment segment = wal.segment(from.plus((long) i * size));
        WalOutline next = outline(segment, wal.bytesAt(segment.start()));
        Optional<WalOutline> both = all == null ? Optional.of(next) : all.followedBy(next);
        if (both.isEmpty()) {
          assertTrue(all.breakBefore(next).isPresent());
          break;
        }
        all = both.get();
        Joining.stored(all);
      }
    } catch (CorruptFileException | UnsupportedFormatException e) {
      // the first page of a segment: that segment tells nothing
      assertTrue(!e.getMessage().isEmpty());
    }
    compare(wal, from, all);
  }

  private static void damage(SampleSegments wal, Lsn place, Random random) {
    byte[] bytes = wal.bytesAt(place);
    int offset = WalWorkload.SIZE.offset(place);
    // near headers damage means more
    offset = random.nextBoolean() ? offset & -8192 : offset;
    offset = random.nextInt(4) == 0 ? 0 : offset;
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      int at = Math.min(bytes.length - 1, offset + random.nextInt(48));
      // outlines leave the identifier of the cluster to others
      bytes[at] = at >= 24 && at < 32 ? bytes[at] : (byte) random.nextInt();
    }
    if (random.nextInt(4) == 0) {
      wal.cut(wal.segment(place), random.nextInt(bytes.length));
    }
  }

  private static void compare(SampleSegments wal, Lsn from, WalOutline all) throws Exception {
    Lsn until = from.plus(3L * WalWorkload.SIZE.bytes());
    WholePass pass;
    try (WalReader reader =
        WalReader.builder(
                segment -> segment.start().isBefore(until) ? wal.open(segment) : Optional.empty(),
                WalWorkload.SIZE)
            .from(from)
            .build()) {
      pass = WholePass.of(reader);
    } catch (UnsupportedFormatException e) {
      assertTrue(all == null);
      return;
    }
    if (all == null) {
      assertEquals(0, pass.count());
    } else if (pass.count() > 0 && !endsBeforeItsFirstRecord(all)) {
      assertEquals(pass.count(), all.recordCount(), () -> pass.end() + " " + all);
      pass.assertTold(all);
      all.lastRecordEndLsn().ifPresent(end -> assertEquals(pass.end().lsn(), end));
    }
  }

  /** The reader only steps over the rest of a record that began before. */
  private static boolean endsBeforeItsFirstRecord(WalOutline all) {
    return all.beginsWithinRecord() && all.lastRecordEndLsn().isEmpty();
  }

  private static WalOutline outline(WalSegment segment, byte[] bytes) throws Exception {
    try (InputStream in = new ByteArrayInputStream(bytes)) {
      return WalOutliner.outline(segment, in);
    }
  }
}
