package dev.walden.archive;

/** What {@link ArchiveStore#fetch} has brought. */
public enum FetchOutcome {
  /** The file, with all that it has. */
  WHOLE,
  /**
   * The beginning of a segment that is not archived whole, joined from its pieces and followed by
   * zeros. A server takes the end of the pieces for the end of WAL.
   */
  BEGINNING
}
