package dev.walden.wal.record;

/** Selects the wanted records; the others are checked, but not assembled. */
@FunctionalInterface
public interface RecordFilter {
  /**
   * Whether such records are wanted.
   *
   * @param resourceManager the number in the record's header
   * @param info the header's flags byte; only its upper half, the operation, may matter
   */
  boolean in(int resourceManager, int info);
}
