package dev.walden.server;

import dev.walden.StorageUnavailableException;
import dev.walden.archive.ArchiveStore;
import dev.walden.archive.storage.ObjectSource;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives histories; those that the storage does not take now wait, and what is spooled waits for
 * them. Safe for use by many threads.
 */
final class PendingHistories {
  private static final Logger LOG = LoggerFactory.getLogger(PendingHistories.class);

  private final ArchiveStore archive;
  private final boolean mayWait;
  private final Map<TimelineId, byte[]> pending = new TreeMap<>();

  /**
   * @param mayWait whether WAL can be taken while the storage is away
   */
  PendingHistories(ArchiveStore archive, boolean mayWait) {
    this.archive = archive;
    this.mayWait = mayWait;
  }

  /** Whether a history is known to be archived, or waits. */
  synchronized boolean contains(TimelineId timeline) throws IOException {
    if (pending.containsKey(timeline)) {
      return true;
    }
    try {
      return archive.contains(new WalFileName.History(timeline));
    } catch (StorageUnavailableException e) {
      if (!mayWait) {
        throw e;
      }
      return false;
    }
  }

  synchronized void push(TimelineId timeline, byte[] content) throws IOException {
    try {
      archive.push(new WalFileName.History(timeline), ObjectSource.of(content));
    } catch (StorageUnavailableException e) {
      if (!mayWait) {
        throw e;
      }
      LOG.warn("the history of timeline {} is not archived yet: {}", timeline, e.getMessage());
      pending.put(timeline, content);
    }
  }

  /** Archives those that wait. */
  synchronized void settle() throws IOException {
    Iterator<Map.Entry<TimelineId, byte[]>> all = pending.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<TimelineId, byte[]> history = all.next();
      archive.push(new WalFileName.History(history.getKey()), ObjectSource.of(history.getValue()));
      all.remove();
    }
  }
}
