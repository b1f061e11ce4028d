package dev.walden.recovery.restore;

/**
 * Receives the progress of a restore. Called from the restore's threads, by one at a time; it
 * should return soon, and what it throws ends the restore.
 */
public interface RestoreProgress {
  /**
   * Bytes of the backup's files have been written.
   *
   * @param done so far
   * @param total in the end
   */
  void restored(long done, long total);
}
