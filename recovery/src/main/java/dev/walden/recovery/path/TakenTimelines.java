package dev.walden.recovery.path;

import dev.walden.archive.ArchiveStore;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The timelines whose numbers are taken. A server looks for the history of one number after the
 * other until one is missing: at the start for {@code latest}, at the end of recovery for the
 * number of its new timeline.
 *
 * <p>Source: {@code findNewestTimeLine} in {@code src/backend/access/transam/timeline.c}.
 */
public record TakenTimelines(ArchiveStore archive) {

  /** Those after a timeline up to the first that is free, also such whose history is not there. */
  public List<WalFileName.History> after(TimelineId timeline) throws IOException {
    List<WalFileName.History> taken = new ArrayList<>();
    WalFileName.History next = following(timeline);
    while (archive.contains(next)
        || ArchiveEnd.from(archive).history(next.timeline()).isPresent()) {
      taken.add(next);
      next = following(next.timeline());
    }
    return taken;
  }

  public static WalFileName.History following(TimelineId timeline) {
    return new WalFileName.History(new TimelineId(timeline.value() + 1));
  }

  /**
   * Whether a server with {@code recovery_target_timeline = latest} follows the planned timeline.
   * It looks from the timeline in the backup's {@code pg_control} on, and fails if the backup does
   * not lead to what it finds.
   *
   * @param backupEnd the timeline on which the backup ended
   */
  public boolean latestIs(TimelineId backupEnd, TimelineId planned) throws IOException {
    TimelineId newest = backupEnd;
    for (WalFileName.History history : after(newest)) {
      if (!archive.contains(history)) {
        return false;
      }
      newest = history.timeline();
    }
    return newest.equals(planned);
  }
}
