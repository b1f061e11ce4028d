package dev.walden.server;

import dev.walden.ArchiveConflictException;
import dev.walden.archive.WalInventory;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.Comparator;
import java.util.Optional;

/**
 * Where streaming goes on: the start of a segment, and the timeline to ask for.
 *
 * <p>The start may lie before the timeline's first byte, as PostgreSQL wants it: the first segment
 * of a timeline begins with a copy of its parent's.
 */
record StreamStart(TimelineId timeline, Lsn lsn) {

  /**
   * Continues after what is archived of the newest timeline on the server's path.
   *
   * @param server the history of the timeline the server is on
   * @return empty if no WAL is archived yet
   * @throws ArchiveConflictException if WAL is archived, but none of this server's past
   */
  static Optional<StreamStart> after(WalInventory archived, TimelineHistory server)
      throws ArchiveConflictException {
    if (archived.last().isEmpty()) {
      return Optional.empty();
    }
    WalSegmentSize size = archived.cluster().segmentSize();
    WalSegment last =
        archived.timelines().stream()
            .filter(server::contains)
            .sorted(Comparator.reverseOrder())
            .flatMap(timeline -> archived.last(timeline).stream())
            .findFirst()
            .orElseThrow(
                () ->
                    new ArchiveConflictException(
                        "the archive holds WAL of the timelines "
                            + archived.timelines()
                            + ", and none of them is in the history of the server's timeline "
                            + server.timeline()
                            + ": this server took another branch"));
    return Optional.of(onPath(new StreamStart(last.timeline(), last.end()), server, size));
  }

  /**
   * Continues a timeline at a position, or on the timeline that followed it.
   *
   * @throws ArchiveConflictException if the timeline is not in the server's past
   */
  static StreamStart after(
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
              + ": this server took another branch");
    }
    return onPath(new StreamStart(timeline, lsn), server, size);
  }

  /** Starts with the segment that holds {@code lsn}, on the server's timeline of that position. */
  static StreamStart at(Lsn lsn, TimelineHistory server, WalSegmentSize size) {
    return new StreamStart(server.timelineAt(lsn), size.floor(lsn));
  }

  /** Moves on to the child while the position lies at or beyond its timeline's end. */
  private static StreamStart onPath(
      StreamStart start, TimelineHistory server, WalSegmentSize size) {
    StreamStart now = start;
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
}
