package dev.walden.recovery.plan;

import dev.walden.CheckReturnValue;
import dev.walden.archive.ArchiveStore;
import dev.walden.backup.BackupId;
import dev.walden.recovery.ArchiveContents;
import dev.walden.recovery.RecoverableRange;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import dev.walden.recovery.path.PathWal;
import dev.walden.recovery.path.Recoverable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Decides how to recover: from which backup, with which WAL, and at which record recovery will
 * stop. It restores nothing. Immutable: each method returns a changed planner.
 *
 * <h2>Which timeline</h2>
 *
 * By default {@link RecoveryTargetTimeline#latest}: of the timelines that a base backup leads to,
 * the one with the highest number. The plan names that number, and the server gets it, never the
 * word {@code latest}. For {@link RecoveryTarget#immediate} it is the timeline, among its
 * ancestors, on which the backup ended.
 *
 * <h2>Which backup</h2>
 *
 * Of the backups whose checkpoint and end lie in the history of the timeline, the newest from which
 * a server stops at the target. A planner that reads no WAL takes the newest that ended before the
 * target, and for a transaction or a restore point, of which only the WAL can tell where they lie,
 * the oldest.
 */
@CheckReturnValue
public final class RecoveryPlanner {
  /** Where the contents come from: an archive, or a value. */
  private interface Source {
    ArchiveContents read() throws IOException;
  }

  /** Access to the WAL of an archive, if that is wanted. */
  private interface Knowing {
    Optional<PathWal.Access> look();
  }

  private final Source source;
  private final Knowing knowing;
  private final RecoveryTargetTimeline timeline;
  private final Optional<BackupId> backup;
  private final RecoveryTargetAction action;

  private RecoveryPlanner(
      Source source,
      Knowing knowing,
      RecoveryTargetTimeline timeline,
      Optional<BackupId> backup,
      RecoveryTargetAction action) {
    this.source = source;
    this.knowing = knowing;
    this.timeline = timeline;
    this.backup = backup;
    this.action = action;
  }

  private RecoveryPlanner(Source source, Knowing knowing) {
    this(
        source,
        knowing,
        RecoveryTargetTimeline.latest(),
        Optional.empty(),
        RecoveryTargetAction.PROMOTE);
  }

  /**
   * Plans with what an archive holds whenever a plan is asked for. The planner reads the WAL
   * through its index and finds the record at which recovery will stop; what is not indexed it
   * reads. It needs the keys.
   */
  public static RecoveryPlanner of(ArchiveStore archive) {
    return new RecoveryPlanner(
        () -> ArchiveContents.read(archive),
        () -> Optional.of(new PathWal.Access(archive.index(), archive::open)));
  }

  /**
   * Plans with what an archive held, and reads no WAL: where a transaction or a restore point lies,
   * and whether the target is reached at all, remains open.
   */
  public static RecoveryPlanner of(ArchiveContents contents) {
    return new RecoveryPlanner(() -> contents, Optional::empty);
  }

  /**
   * Plans with what an archive held, looking into its WAL: for many plans with one listing.
   *
   * @param contents read from the archive before
   */
  public static RecoveryPlanner of(ArchiveContents contents, ArchiveStore archive) {
    return new RecoveryPlanner(
        () -> contents, () -> Optional.of(new PathWal.Access(archive.index(), archive::open)));
  }

  /** Reads no WAL; see {@link #of(ArchiveContents)}. */
  public RecoveryPlanner byInventory() {
    return new RecoveryPlanner(source, Optional::empty, timeline, backup, action);
  }

  public RecoveryPlanner targetTimeline(RecoveryTargetTimeline newTimeline) {
    return new RecoveryPlanner(source, knowing, newTimeline, backup, action);
  }

  /** Uses this backup and no other. */
  public RecoveryPlanner backup(BackupId id) {
    return new RecoveryPlanner(source, knowing, timeline, Optional.of(id), action);
  }

  /** What the server is to do at the target; {@link RecoveryTargetAction#PROMOTE} by default. */
  public RecoveryPlanner action(RecoveryTargetAction newAction) {
    return new RecoveryPlanner(source, knowing, timeline, backup, newAction);
  }

  /**
   * Decides how to recover to a target.
   *
   * @throws RecoveryImpossibleException if the archive cannot bring the cluster there
   * @throws IOException if the archive could not be asked
   */
  public RecoveryPlan plan(RecoveryTarget target) throws IOException {
    RecoveryRequest request = new RecoveryRequest(target, timeline, backup, action);
    return new PlanDecision(source.read(), request, knowing.look()).plan();
  }

  /**
   * Every range of WAL in which recovery can stop, by timeline. A timeline shares the beginning of
   * its ranges with those it descends from. A planner that reads no WAL does not know of damage in
   * it, nor that some was written with {@code wal_level = minimal}.
   */
  public List<RecoverableRange> recoverable() throws IOException {
    return Recoverable.ranges(source.read(), knowing.look());
  }
}
