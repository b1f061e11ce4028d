package dev.walden.testing.wal;

import dev.walden.cluster.ClusterIdentity;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalPageHeader;

/** The number of record bytes between two positions: all except page headers. */
final class PageSpace {
  private static final int PAGE = WalPageHeader.PAGE_SIZE;

  private PageSpace() {}

  /**
   * The bytes from the start of a record to its end.
   *
   * @throws IllegalArgumentException if no record ends there
   */
  static int between(Lsn start, Lsn end, ClusterIdentity cluster) {
    long first = (start.value() & -PAGE) + PAGE;
    long headers = 0;
    for (long page = first; page < end.value(); page += PAGE) {
      boolean segment = cluster.segmentSize().offset(new Lsn(page)) == 0;
      headers += segment ? WalPageHeader.LONG : WalPageHeader.SHORT;
    }
    long length = end.minus(start) - headers;
    if (length < RecordDraft.HEADER || length > Integer.MAX_VALUE || end.value() % 8 != 0) {
      throw new IllegalArgumentException("no record that starts at " + start + " ends at " + end);
    }
    return (int) length;
  }
}
