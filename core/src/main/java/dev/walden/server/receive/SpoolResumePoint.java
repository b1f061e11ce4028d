package dev.walden.server.receive;

import dev.walden.ArchiveConflictException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where streaming goes on after what lies in a spool, while the archive cannot be asked: what was
 * acknowledged before that is in the spool or, because it is not there any more, archived.
 *
 * @param complete the segments that are there from the first byte to the last
 * @param begun those of which there is a beginning
 */
record SpoolResumePoint(List<WalSegment> complete, List<WalSegment> begun) {

  /**
   * @param kept the oldest WAL that the slot keeps, if that is known; WAL before it was
   *     acknowledged, so if the spool ends earlier, it is not the one from which that was done last
   * @return empty if the spool does not tell
   */
  Optional<StreamStart> next(TimelineHistory server, Optional<Lsn> kept)
      throws ArchiveConflictException {
    Optional<WalSegment> next = next();
    if (next.isEmpty() || !server.contains(next.get().timeline())) {
      return Optional.empty();
    }
    Lsn start = next.get().start();
    WalSegmentSize size = next.get().size();
    if (kept.isPresent() && size.floor(kept.get()).isAfter(start)) {
      return Optional.empty();
    }
    return Optional.of(StreamStart.afterReceived(next.get().timeline(), start, server, size));
  }

  /** The first segment, of the last timeline, that is not complete. */
  private Optional<WalSegment> next() {
    Optional<TimelineId> last =
        Stream.concat(complete.stream(), begun.stream())
            .map(WalSegment::timeline)
            .max(Comparator.naturalOrder());
    Optional<WalSegment> whole = complete.stream().filter(s -> isOf(s, last)).max(NUMBER);
    return whole.isPresent()
        ? whole.map(WalSegment::next)
        : begun.stream().filter(s -> isOf(s, last)).min(NUMBER);
  }

  private static final Comparator<WalSegment> NUMBER = Comparator.comparing(WalSegment::number);

  private static boolean isOf(WalSegment segment, Optional<TimelineId> timeline) {
    return timeline.equals(Optional.of(segment.timeline()));
  }
}
