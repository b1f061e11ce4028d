package dev.walden.server.receive.upstream;

import dev.walden.server.ServerRefusedException;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.server.receive.spool.PendingHistories;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the histories of a server's timelines into the archive. */
public final class ServerHistories {
  private static final Logger LOG = LoggerFactory.getLogger(ServerHistories.class);
  private static final String UNDEFINED_FILE = "58P01";

  private final PendingHistories archived;

  public ServerHistories(PendingHistories archived) {
    this.archived = archived;
  }

  /** Archives the history of a timeline, and those of its ancestors, before any of its WAL. */
  public TimelineHistory archive(WalsenderConnection server, TimelineId timeline)
      throws IOException {
    if (timeline.equals(TimelineId.FIRST)) {
      return TimelineHistory.first();
    }
    TimelineHistory history = copy(server, timeline);
    for (TimelineHistory.Ancestor ancestor : history.ancestors()) {
      if (!ancestor.timeline().equals(TimelineId.FIRST)
          && !archived.contains(ancestor.timeline())) {
        copyAncestors(server, ancestor.timeline());
      }
    }
    return history;
  }

  /**
   * Archives an ancestor's history if the server has it. A standby that was cloned later has not,
   * and recovery can do without: the descendant's own history names all ancestors.
   */
  private void copyAncestors(WalsenderConnection server, TimelineId ancestor) throws IOException {
    try {
      copy(server, ancestor);
    } catch (ServerRefusedException e) {
      if (!UNDEFINED_FILE.equals(e.sqlState())) {
        throw e;
      }
      LOG.info("the server has no history of timeline {}, an ancestor's", ancestor);
    }
  }

  private TimelineHistory copy(WalsenderConnection server, TimelineId timeline) throws IOException {
    byte[] content = server.timelineHistory(timeline);
    archived.push(timeline, content);
    return TimelineHistory.parse(timeline, content);
  }
}
