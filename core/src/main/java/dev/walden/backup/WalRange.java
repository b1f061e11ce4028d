package dev.walden.backup;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;

/** WAL of one timeline, from {@code start} to before {@code end}. */
public record WalRange(TimelineId timeline, Lsn start, Lsn end) {
  public WalRange {
    if (end.isBefore(start)) {
      throw new IllegalArgumentException("WAL range ends at " + end + ", before " + start);
    }
  }

  @Override
  public String toString() {
    return "timeline " + timeline + " from " + start + " to " + end;
  }
}
