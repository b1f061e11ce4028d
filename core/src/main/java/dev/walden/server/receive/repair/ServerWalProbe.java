package dev.walden.server.receive.repair;

import dev.walden.server.ServerUnavailableException;
import dev.walden.server.WalRemovedException;
import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.protocol.WalsenderConnection;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.util.Optional;

/**
 * The oldest WAL that a server still has, found by asking for it: there is no replication command
 * that tells, and of PostgreSQL 14 none that tells what a slot keeps.
 */
public final class ServerWalProbe {
  private static final int MOST_SEGMENTS = 64;
  private static final int MOST_TICKS = 30;

  private final WalsenderConnection server;
  private final TimelineHistory history;
  private final WalSegmentSize size;

  public ServerWalProbe(WalsenderConnection server, TimelineHistory history, WalSegmentSize size) {
    this.server = server;
    this.history = history;
    this.size = size;
  }

  /** The start of a segment that the server has, at most 64 of them before {@code position}. */
  public Lsn before(Lsn position) throws IOException {
    long last = size.segmentNumber(position);
    for (long back = MOST_SEGMENTS; back > 0; back--) {
      if (last - back > 0 && has(size.startOf(last - back))) {
        return size.startOf(last - back);
      }
    }
    return position;
  }

  /**
   * The start of the first segment that the server has, of those from {@code from} on and before
   * {@code to}: it removes the oldest first.
   *
   * @param from the start of a segment, and so is {@code to}
   * @return {@code to} if it has none of them
   */
  Lsn first(Lsn from, Lsn to) throws IOException {
    if (!from.isBefore(to) || has(from)) {
      return Lsn.min(from, to);
    }
    long missing = size.segmentNumber(from);
    long there = size.segmentNumber(to);
    while (there - missing > 1) {
      long middle = (missing + there) >>> 1;
      if (has(size.startOf(middle))) {
        there = middle;
      } else {
        missing = middle;
      }
    }
    return size.startOf(there);
  }

  private boolean has(Lsn lsn) throws IOException {
    try {
      ReplicationStream stream =
          server.startReplication(Optional.empty(), lsn, history.timelineAt(lsn));
      // that the server has the segment shows only in the first message
      for (int tick = 0; stream.next() == ReplicationStream.Event.IDLE; tick++) {
        if (tick == MOST_TICKS) {
          throw new ServerUnavailableException("the server sends nothing", "08006", null);
        }
        stream.sendStatus(lsn, Lsn.ZERO, Lsn.ZERO, true);
      }
      stream.stop();
      return true;
    } catch (WalRemovedException e) {
      return false;
    }
  }
}
