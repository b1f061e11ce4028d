package dev.walden.wal.record;

/** Which records somebody wants to see; the others are checked, but not put together. */
@FunctionalInterface
public interface RecordFilter {
  /**
   * Whether records like this are wanted.
   *
   * @param resourceManager the number in the record's header
   * @param info the flags byte in it: only its upper half, the operation, may matter
   */
  boolean in(int resourceManager, int info);
}
