package dev.walden.server.backup;

import java.util.OptionalLong;

/**
 * How far a base backup has come.
 *
 * @param bytes how many bytes of files have arrived
 * @param estimatedBytes the server's estimate of all of them, if it gave one; it may be passed
 */
public record BackupProgress(Phase phase, long bytes, OptionalLong estimatedBytes) {
  /** What a backup waits for. */
  public enum Phase {
    /** The server writes its checkpoint. */
    CHECKPOINT,
    /** Files arrive. */
    COPYING,
    /** The WAL that the backup needs is not in the archive yet. */
    AWAITING_WAL,
    /** The backup exists. */
    COMPLETE
  }
}
