package dev.walden.recovery.plan;

/**
 * Something to know before a plan is carried out.
 *
 * @param text for people, as a sentence without a full stop
 */
public record PlanWarning(Kind kind, String text) {

  /** What a warning is about. Kinds are only ever added. */
  public enum Kind {
    /** The planner did not read the WAL, so the target may not be in it. */
    TARGET_NOT_LOCATED,
    /** WAL is missing after the part that is replayed, and the target may lie after the gap. */
    GAP_AHEAD,
    /** The server gets another {@code recovery_target_*} setting, which means the same record. */
    OTHER_SETTING,
    /** The replayed WAL needs higher settings than the backup's, or a hot standby stops. */
    REQUIRED_SETTINGS,
    /**
     * A transaction is still prepared at a shutdown checkpoint, where a hot standby fails, or at
     * the stop, where no server can be promoted.
     */
    PREPARED_TRANSACTION,
    /** The archive holds WAL of a timeline that recovery does not follow. */
    OTHER_TIMELINE,
    /** The archive holds later WAL of a timeline that recovery leaves. */
    ABANDONED_WAL,
    /** The archive holds a {@code .partial} segment, which no server asks for. */
    PARTIAL_SEGMENT,
    /**
     * The history of a timeline between the backup's and the target is missing, be it an ancestor
     * or not: a {@code restore_command} stops the server there.
     */
    MISSING_HISTORY,
    /** Only the beginning of a segment is archived, and there was more of it. */
    INCOMPLETE_SEGMENT,
    /** The number of the new timeline is taken: a promoted server fails. */
    TAKEN_TIMELINE,
    /** The archive holds a base backup that no plan may use: damaged, forged, of another format. */
    UNUSABLE_BACKUP,
    /**
     * A database or a tablespace is being dropped where recovery stops: it is listed, but cannot be
     * used.
     */
    UNFINISHED_DROP,
    /** The server warned when the backup was taken, or parts of the cluster are not in it. */
    BACKUP_WARNING
  }

  /** The text. */
  @Override
  public String toString() {
    return text;
  }
}
