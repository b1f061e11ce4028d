package dev.walden.wal.record;

/** What a decoder keeps of the whole records that it has passed, wanted or not. */
final class RecordRun {
  private long counted;
  private long records;
  private boolean missed;
  private long firstStart;
  private long firstLink;
  private long firstOverwrites;
  private long start = RecordDecoder.NONE;
  private long end;
  private long startBefore;
  private long endBefore;

  /** The record before the first begins there; unknown if {@link RecordDecoder#NONE}. */
  void startAfter(long last) {
    start = last;
  }

  /** Resets the counts; only records that begin at or after {@code from} are counted. */
  void countFrom(long from) {
    counted = from;
    records = 0;
    missed = false;
  }

  /**
   * A record is whole.
   *
   * @param next where the record after it can begin
   * @return whether it is the first that is counted: then call {@link #first}
   */
  boolean add(long recordStart, long next) {
    startBefore = start;
    endBefore = end;
    start = recordStart;
    end = next;
    return Long.compareUnsigned(recordStart, counted) >= 0 && records++ == 0;
  }

  /**
   * What the first record says.
   *
   * @param link the start of the record before it
   * @param overwrites the start of the record that it overwrites; {@link RecordDecoder#NONE} if
   *     none
   */
  void first(long link, long overwrites) {
    firstStart = start;
    firstLink = link;
    firstOverwrites = overwrites;
  }

  /** Rejects the last record, which turned out to be invalid. */
  void reject() {
    records--;
    start = startBefore;
    end = endBefore;
  }

  /** A wanted record was not shown. */
  void miss() {
    missed = true;
  }

  /** Whether a wanted record was not shown since {@link #countFrom}. */
  boolean missed() {
    return missed;
  }

  /** How many records there were since {@link #countFrom}. */
  long records() {
    return records;
  }

  /** Where the first of them begins. */
  long firstStart() {
    return firstStart;
  }

  /** Its back link, the start of the record before it. */
  long firstLink() {
    return firstLink;
  }

  /** The start of the record that the first one overwrites; 0 if none. */
  long firstOverwrites() {
    return firstOverwrites;
  }

  /** Where the last record begins. */
  long lastStart() {
    return start;
  }

  /** Where the record after that one can begin. */
  long lastEnd() {
    return end;
  }
}
