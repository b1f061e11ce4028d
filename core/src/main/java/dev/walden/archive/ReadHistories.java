package dev.walden.archive;

import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads each listed history once: archived objects never change. So a receiver that connects again
 * needs few calls of its storage, however many timelines there are. Safe for use by many threads.
 */
final class ReadHistories implements WalListing.Histories {
  private final WalListing.Histories archived;
  private final Map<TimelineId, TimelineHistory> read = new ConcurrentHashMap<>();

  ReadHistories(WalListing.Histories archived) {
    this.archived = archived;
  }

  @Override
  public TimelineHistory read(TimelineId timeline) throws IOException {
    TimelineHistory known = read.get(timeline);
    if (known != null) {
      return known;
    }
    TimelineHistory history = archived.read(timeline);
    read.put(timeline, history);
    return history;
  }
}
