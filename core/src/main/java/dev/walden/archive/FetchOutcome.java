package dev.walden.archive;

/** What {@link ArchiveStore#fetch} has brought. */
public enum FetchOutcome {
  /** The file, with all that it has. */
  WHOLE,
  /**
   * The beginning of a segment that is not archived whole, put together from its pieces, and zeros
   * behind. A server takes their end for the end of WAL.
   */
  BEGINNING
}
