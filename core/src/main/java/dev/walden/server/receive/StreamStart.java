package dev.walden.server.receive;

import dev.walden.ArchiveConflictException;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalPath;
import dev.walden.backup.WalRange;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where streaming goes on: the start of a segment, and the timeline to ask for.
 *
 * <p>The start may lie before the timeline's first byte, as PostgreSQL wants it: the first segment
 * of a timeline begins with a copy of its parent's.
 */
record StreamStart(TimelineId timeline, Lsn lsn) {
  /** How far back gaps are looked for if the slot does not tell what was acknowledged. */
  private static final int SEGMENTS_BACK = 64;

  /**
   * Continues with the first segment on the server's path that the archive lacks. A push that
   * failed while a later one succeeded leaves a gap before the archive's end: what the slot still
   * keeps is therefore looked at again. What is recorded as lost is passed over.
   *
   * @param kept the oldest WAL that the slot keeps for this receiver, if that is known: all before
   *     was acknowledged, so it is archived
   * @return empty if no WAL is archived yet
   * @throws ArchiveConflictException if WAL is archived, but none of this server's past
   */
  static Optional<StreamStart> afterArchived(
      WalInventory archived, TimelineHistory server, Optional<Lsn> kept)
      throws ArchiveConflictException {
    if (archived.segmentCount() == 0) {
      return Optional.empty();
    }
    WalPath path = new WalPath(archived, server);
    List<WalRange> ranges = path.ranges();
    if (ranges.isEmpty()) {
      throw new ArchiveConflictException(
          "the archive holds WAL of the timelines "
              + archived.timelines()
              + ", but none from before the server's timeline "
              + server.timeline()
              + " took its branch: this server is on another one");
    }
    Lsn missing = path.firstUnrecorded(from(ranges, archived.cluster().segmentSize(), kept));
    return Optional.of(new StreamStart(path.segment(missing).timeline(), missing));
  }

  /** From where on WAL that is archived may not have been acknowledged. */
  private static Lsn from(List<WalRange> ranges, WalSegmentSize size, Optional<Lsn> kept) {
    Lsn end = ranges.get(ranges.size() - 1).end();
    Lsn back = Lsn.max(ranges.get(0).start(), back(end, size));
    return Lsn.min(kept.map(size::floor).orElse(back), end);
  }

  /**
   * The segments before this on the server's path of which the server may wait to hear that they
   * are durable; in order. No more than are under way at once: what is older, somebody has made so.
   *
   * @param kept as for {@link #afterArchived}
   */
  List<WalSegment> unacknowledged(
      WalInventory archived, TimelineHistory server, Optional<Lsn> kept) {
    WalSegmentSize size = archived.cluster().segmentSize();
    WalPath path = new WalPath(archived, server);
    List<WalSegment> segments = new ArrayList<>();
    Lsn first = Lsn.max(from(path.ranges(), size, kept), back(lsn, size));
    for (Lsn at = first; at.isBefore(lsn); at = at.plus(size.bytes())) {
      WalSegment segment = path.segment(at);
      if (archived.contains(segment)) {
        segments.add(segment);
      }
    }
    return segments;
  }

  private static Lsn back(Lsn end, WalSegmentSize size) {
    long segments = Math.min(SEGMENTS_BACK, size.segmentNumber(end));
    return end.plus(-segments * size.bytes());
  }

  /**
   * Continues a timeline at the start of a segment, or on the timeline that followed it.
   *
   * @throws ArchiveConflictException if the timeline is not in the server's past
   */
  static StreamStart afterReceived(
      TimelineId timeline, Lsn lsn, TimelineHistory server, WalSegmentSize size)
      throws ArchiveConflictException {
    if (!server.contains(timeline)) {
      throw new ArchiveConflictException(
          "WAL of timeline "
              + timeline
              + " was received up to "
              + lsn
              + ", and that timeline is not in the history of the server's timeline "
              + server.timeline()
              + ": this server is on another branch");
    }
    StreamStart now = new StreamStart(timeline, lsn);
    // a history names each timeline once, so this ends
    while (server.switchPoint(now.timeline).isPresent()) {
      Lsn end = server.switchPoint(now.timeline).get();
      if (now.lsn.isBefore(end)) {
        return now;
      }
      now = new StreamStart(server.child(now.timeline).orElseThrow(), size.floor(end));
    }
    return now;
  }

  /** Starts with the segment that holds {@code lsn}, on the server's timeline of that position. */
  static StreamStart at(Lsn lsn, TimelineHistory server, WalSegmentSize size) {
    return new StreamStart(server.timelineAt(lsn), size.floor(lsn));
  }
}
