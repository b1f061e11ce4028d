package dev.walden.recovery.path;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.recovery.path.ArchiveEnd.Hole;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The timelines whose numbers are taken. A server looks for the history of one number after the
 * other until one is missing: at the start for {@code latest}, at the end of recovery for the
 * number of its new timeline.
 *
 * <p>Source: {@code findNewestTimeLine} in {@code src/backend/access/transam/timeline.c}.
 */
public record TakenTimelines(ArchiveEnd archive) {

  /** Those of an archive whenever it is asked. */
  public static TakenTimelines of(ArchiveStore archive) {
    return new TakenTimelines(ArchiveEnd.of(archive));
  }

  /** Those that an archive held. */
  public static TakenTimelines of(WalInventory wal) {
    return new TakenTimelines(ArchiveEnd.of(wal));
  }

  /**
   * The timelines after a given one up to the first whose number is free, including those whose
   * history is not archived.
   */
  public List<WalFileName.History> after(TimelineId timeline) throws IOException {
    List<WalFileName.History> taken = new ArrayList<>();
    WalFileName.History next = following(timeline);
    while (isTaken(next)) {
      taken.add(next);
      next = following(next.timeline());
    }
    return taken;
  }

  /** The first timeline after a given one whose number is free. */
  public TimelineId firstFree(TimelineId timeline) throws IOException {
    List<WalFileName.History> taken = after(timeline);
    return following(taken.isEmpty() ? timeline : taken.get(taken.size() - 1).timeline())
        .timeline();
  }

  private boolean isTaken(WalFileName.History history) throws IOException {
    return hasHistory(history) || archive.missing(history) instanceof Hole;
  }

  private boolean hasHistory(WalFileName.History history) throws IOException {
    return archive.holdings().hasHistory(history.timeline());
  }

  private static WalFileName.History following(TimelineId timeline) {
    return new WalFileName.History(new TimelineId(timeline.value() + 1));
  }

  /**
   * The first history after a timeline that is missing though its number is taken. A promoted
   * server that cannot see this would take the number for its own timeline.
   */
  public Optional<Hole> missingHistory(TimelineId timeline) throws IOException {
    for (WalFileName.History history : after(timeline)) {
      if (!hasHistory(history)) {
        return archive.missing(history).hole();
      }
    }
    return Optional.empty();
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
      if (!hasHistory(history)) {
        return false;
      }
      newest = history.timeline();
    }
    return newest.equals(planned);
  }
}
