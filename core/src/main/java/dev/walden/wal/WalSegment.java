package dev.walden.wal;

/** One WAL segment: a timeline, a number, and the size that maps the number to LSNs. */
public record WalSegment(TimelineId timeline, long number, WalSegmentSize size)
    implements Comparable<WalSegment> {

  public WalSegment {
    if (number < 0 || number >>> 32 >= size.segmentsPerLogFile()) {
      throw new IllegalArgumentException(
          "no WAL segment of " + size + " has the number " + Long.toUnsignedString(number));
    }
  }

  /** The segment that holds the byte at {@code lsn}. */
  public static WalSegment containing(TimelineId timeline, Lsn lsn, WalSegmentSize size) {
    return new WalSegment(timeline, size.segmentNumber(lsn), size);
  }

  /** The position of its first byte. */
  public Lsn start() {
    return size.startOf(number);
  }

  /** The position after its last byte. */
  public Lsn end() {
    return start().plus(size.bytes());
  }

  public WalSegment next() {
    return new WalSegment(timeline, number + 1, size);
  }

  /** The name of its file in {@code pg_wal}. */
  public WalFileName.Segment fileName() {
    long perLog = size.segmentsPerLogFile();
    return new WalFileName.Segment(timeline, number / perLog, number % perLog);
  }

  /** By number, then by timeline. */
  @Override
  public int compareTo(WalSegment other) {
    int byNumber = Long.compare(number, other.number);
    return byNumber != 0 ? byNumber : timeline.compareTo(other.timeline);
  }

  @Override
  public String toString() {
    return fileName().toString();
  }
}
