package dev.walden.server.receive.upstream;

import dev.walden.ArchiveConflictException;
import dev.walden.server.ServerAddress;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import java.util.List;
import java.util.Optional;

/**
 * Where archived histories say that a timeline was left. A server that has WAL of it beyond is not
 * on the way to the archive's newest timelines: an old primary that was started again.
 *
 * @param timeline the one that was left
 * @param child of those that left it, the one that did so first
 */
public record AbandonedTimeline(TimelineId timeline, Lsn end, TimelineId child) {

  public static Optional<AbandonedTimeline> find(
      TimelineId timeline, List<TimelineHistory> archived) {
    return archived.stream()
        .filter(history -> !history.timeline().equals(timeline) && history.contains(timeline))
        .map(
            history ->
                new AbandonedTimeline(
                    timeline, history.end(timeline).orElseThrow(), history.timeline()))
        .min((a, b) -> a.end.compareTo(b.end));
  }

  /** Whether the server is ahead of where its timeline was left. */
  public boolean isPassed(Lsn position) {
    return position.isAfter(end);
  }

  public ArchiveConflictException refusal(ServerAddress server, Lsn position) {
    return new ArchiveConflictException(
        server
            + " is on timeline "
            + timeline
            + " and has WAL up to "
            + position
            + ", but the archive holds the history of timeline "
            + child
            + ", which left it at "
            + end
            + ": this is an old primary, or what was archived of timeline "
            + child
            + " is of a copy. Receive from the server that is on timeline "
            + child
            + "; or, if this is the right one, allow it (WalReceiver.Builder.allowAbandonedTimeline)");
  }
}
