package dev.walden.backup;

/**
 * What to do if a base backup lacks parts of the cluster, such as a database whose directory was
 * replaced by a symbolic link: a server leaves those out with a warning.
 */
public enum LeftOutParts {
  /** The backup fails with {@link PartsLeftOutException}. */
  REFUSE,
  /** The backup is kept, and {@link BaseBackup#warnings} names them. */
  RECORD
}
