package dev.walden.server.receive.ledger;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What would be there if the receiver were gone now: an archive and a spool that only record what
 * was done to them, and the timelines of the server. Knows nothing of the ledger.
 */
final class DurableModel {
  static final WalSegmentSize SIZE = WalSegmentSize.ofMegabytes(1);

  /** A piece, and the reception whose it is. */
  record StoredPiece(Object run, int from, int to) {}

  /** A timeline, from the start of its first segment on. */
  record Line(TimelineId timeline, Lsn start) {}

  final Set<WalSegment> whole = new HashSet<>();
  final Map<WalSegment, Integer> partial = new HashMap<>();
  final Map<WalSegment, List<StoredPiece>> pieces = new HashMap<>();
  final Map<WalSegment, Integer> spooled = new HashMap<>();
  final Set<WalSegment> spooledWhole = new HashSet<>();
  final List<Line> lines = new ArrayList<>();

  /** Where the first stream ever began. */
  final Lsn base;

  DurableModel(Lsn base) {
    this.base = base;
    lines.add(new Line(TimelineId.FIRST, base));
  }

  TimelineId timeline() {
    return lines.get(lines.size() - 1).timeline();
  }

  /** The segment of a number that recovery along the server's timelines reads. */
  WalSegment onPath(long number) {
    TimelineId timeline = lines.get(0).timeline();
    for (Line line : lines) {
      if (number >= SIZE.segmentNumber(line.start())) {
        timeline = line.timeline();
      }
    }
    return new WalSegment(timeline, number, SIZE);
  }

  void switchTo(Lsn at) {
    lines.removeIf(line -> line.start().isAfter(SIZE.floor(at)));
    lines.add(new Line(new TimelineId(next()), SIZE.floor(at)));
  }

  private long used = 1;

  private long next() {
    return ++used;
  }

  void store(WalSegment segment, StoredPiece piece) {
    if (segment.equals(onPath(segment.number()))) {
      assertNothingMissing(segment.number(), false, "a piece of " + segment);
    }
    pieces.computeIfAbsent(segment, key -> new ArrayList<>()).add(piece);
  }

  void storeWhole(WalSegment segment, boolean inPieces) {
    if (inPieces && segment.equals(onPath(segment.number()))) {
      assertNothingMissing(segment.number(), true, segment + " whole");
    }
    whole.add(segment);
  }

  /**
   * What may not be missing where something is stored after it: else a crash would leave a hole
   * before it that a later receiver takes for the end.
   */
  private void assertNothingMissing(long before, boolean onlyBegun, String what) {
    for (long n = SIZE.segmentNumber(base); n < before; n++) {
      WalSegment segment = onPath(n);
      boolean matters = !onlyBegun || covered(segment) > 0;
      assertTrue(
          !matters || durable(segment) == SIZE.bytes(),
          what + " is stored, and " + segment + " is incomplete");
    }
  }

  /** How many bytes from the start on pieces hold. */
  int covered(WalSegment segment) {
    int end = 0;
    List<StoredPiece> sorted = new ArrayList<>(pieces.getOrDefault(segment, List.of()));
    sorted.sort(Comparator.comparing(StoredPiece::from));
    for (StoredPiece piece : sorted) {
      end = piece.from() <= end ? Math.max(end, piece.to()) : end;
    }
    return end;
  }

  /** How many bytes from the start on are anywhere. */
  int durable(WalSegment segment) {
    return whole.contains(segment) || spooledWhole.contains(segment)
        ? SIZE.bytes()
        : Math.max(
            Math.max(covered(segment), spooled.getOrDefault(segment, 0)),
            partial.getOrDefault(segment, 0));
  }

  /** The one promise: nothing is missing before what the server was told. */
  void assertDurable(Lsn flushed) {
    assertFalse(flushed.isBefore(base), flushed + " is before the beginning");
    for (long n = SIZE.segmentNumber(base); SIZE.startOf(n).isBefore(flushed); n++) {
      WalSegment segment = onPath(n);
      long needed = Math.min(SIZE.bytes(), flushed.minus(segment.start()));
      assertTrue(
          durable(segment) >= needed,
          () -> flushed + " is acknowledged, " + segment + " has " + durable(segment) + " bytes");
    }
  }
}
