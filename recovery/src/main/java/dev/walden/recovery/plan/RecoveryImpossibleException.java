package dev.walden.recovery.plan;

import dev.walden.ArchiveException;

/**
 * What the archive holds cannot bring the cluster to the target. The message says why, and what
 * would be possible instead. Nothing was changed.
 */
public final class RecoveryImpossibleException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  /** Why there is no plan. */
  public enum Reason {
    /** The archive holds no base backup. */
    NO_BACKUP,
    /** The archive holds no complete base backup of the name given. */
    UNKNOWN_BACKUP,
    /** The base backup given, or every one, is damaged, forged or of another format. */
    UNUSABLE_BACKUP,
    /** The history file of the timeline, or of one it descends from, is not in the archive. */
    MISSING_HISTORY,
    /** Two history files in the archive contradict each other. */
    CONTRADICTORY_HISTORY,
    /** No base backup, or not the one given, lies in the history of the timeline. */
    BACKUP_OFF_TIMELINE,
    /** The target lies before the end of every base backup, or of the one given. */
    TARGET_BEFORE_BACKUP,
    /** The target lies after the last WAL in the archive. */
    TARGET_BEYOND_WAL,
    /** The archived WAL does not hold the transaction or the restore point. */
    TARGET_NOT_FOUND,
    /** The archived WAL holds several restore points, or transactions, of this name. */
    AMBIGUOUS_TARGET,
    /** The WAL before the target is damaged: a server would take the place for its end. */
    WAL_DAMAGED,
    /** A transaction is prepared there that the server could not read again: it would fail. */
    PREPARED_TRANSACTION,
    /** WAL that has to be replayed was written with {@code wal_level = minimal}. */
    MINIMAL_WAL,
    /** WAL before the target is missing, and later WAL is there, or a history names it. */
    WAL_MISSING,
    /**
     * The first segment of a timeline is missing, while that of the timeline it left is there:
     * PostgreSQL would open that and replay what never happened on the timeline wanted.
     */
    FORK_WAL_MISSING
  }

  private final Reason reason;

  RecoveryImpossibleException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
