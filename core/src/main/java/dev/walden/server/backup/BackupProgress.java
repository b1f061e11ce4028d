package dev.walden.server.backup;

import java.util.OptionalLong;

/**
 * The progress of a base backup.
 *
 * @param bytes how many bytes of files have arrived
 * @param estimatedBytes the server's estimate of the total, if any; it may be exceeded
 */
public record BackupProgress(Phase phase, long bytes, OptionalLong estimatedBytes) {
  /** The phase of a backup. */
  public enum Phase {
    /** The server is writing its checkpoint. */
    CHECKPOINT,
    /** Files are arriving. */
    COPYING,
    /** The WAL that the backup needs is not in the archive yet. */
    AWAITING_WAL,
    /** The backup is complete. */
    COMPLETE
  }
}
