package dev.walden.recovery.simulate;

import dev.walden.CorruptFileException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import java.nio.charset.StandardCharsets;

/**
 * The timeline that a promoted server begins.
 *
 * <p>Source: {@code writeTimeLineHistory} in {@code src/backend/access/transam/timeline.c}.
 *
 * @param parent the history of the timeline that recovery went along
 */
record NewTimeline(TimelineHistory parent, TimelineId id) {

  /** Its history, byte for byte as the server writes it. */
  TimelineHistory history(Lsn switchPoint, String reason) throws CorruptFileException {
    String before = new String(parent.content(), StandardCharsets.ISO_8859_1);
    String line = String.format("%s\t%s\t%s\n", parent.timeline(), switchPoint, reason);
    byte[] utf8 = line.getBytes(StandardCharsets.UTF_8);
    String content =
        before
            + (parent.timeline().equals(TimelineId.FIRST) ? "" : "\n")
            + new String(utf8, StandardCharsets.ISO_8859_1);
    return TimelineHistory.parse(id, content.getBytes(StandardCharsets.ISO_8859_1));
  }
}
