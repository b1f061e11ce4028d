package dev.walden.server.receive.upstream;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How far the server's WAL was known to go, and since when, by a clock of this machine that never
 * goes back. Of many announcements those close together count as one, made at the first's time: the
 * longer they reach back, the more. Safe for use by many threads.
 */
public final class ServerWalHistory {
  private static final int MOST = 256;
  private static final long FINEST = Duration.ofMillis(100).toNanos();

  private final LongSupplier nanos;
  private final Deque<Announcement> announced = new ArrayDeque<>();
  private long grain = FINEST;
  private Lsn end = Lsn.ZERO;
  private TimelineId timeline = TimelineId.FIRST;
  private boolean connected;
  private long heard;

  /** All before {@code end}, as far as not announced before. */
  private record Announcement(Lsn end, long time) {}

  public ServerWalHistory(LongSupplier nanos) {
    this.nanos = nanos;
    this.heard = nanos.getAsLong();
  }

  /**
   * A server has said where it stands. On another timeline it may not have what one before had; on
   * the same it is at most a standby that lags.
   */
  public synchronized void identified(TimelineId current, Lsn position) {
    if (!current.equals(timeline)) {
      timeline = current;
      cut(position);
    }
    add(position, nanos.getAsLong());
  }

  /** From now on a stream tells what the server has. */
  public synchronized void connected() {
    connected = true;
  }

  /**
   * The stream has told.
   *
   * @param durable what lies before need not be known any longer
   */
  public synchronized void told(Lsn position, Lsn durable) {
    while (!announced.isEmpty() && !announced.peekFirst().end.isAfter(durable)) {
      announced.removeFirst();
    }
    heard = nanos.getAsLong();
    add(position, heard);
  }

  /** A timeline ended. What was announced on it beyond its end is nowhere. */
  public synchronized void switched(TimelineId next, Lsn at) {
    if (next.compareTo(timeline) > 0) {
      timeline = next;
      cut(at);
    }
  }

  /** From now on nobody knows what the server has. */
  public synchronized void lost() {
    connected = false;
  }

  private void add(Lsn position, long now) {
    if (!position.isAfter(end)) {
      return;
    }
    end = position;
    Announcement last = announced.peekLast();
    if (last == null) {
      grain = FINEST;
    }
    if (last != null && now - last.time < grain) {
      announced.removeLast();
      announced.addLast(new Announcement(position, last.time));
    } else {
      announced.addLast(new Announcement(position, now));
    }
    if (announced.size() > MOST) {
      join();
    }
  }

  private void join() {
    grain *= 2;
    int pairs = announced.size() / 2;
    for (int i = 0; i < pairs; i++) {
      long time = announced.removeFirst().time;
      announced.addLast(new Announcement(announced.removeFirst().end, time));
    }
    if (announced.size() > pairs) {
      announced.addLast(announced.removeFirst());
    }
  }

  private void cut(Lsn position) {
    end = Lsn.min(end, position);
    while (!announced.isEmpty() && announced.peekLast().end.isAfter(position)) {
      Announcement last = announced.removeLast();
      Announcement before = announced.peekLast();
      if (before == null || before.end.isBefore(position)) {
        announced.addLast(new Announcement(position, last.time));
      }
    }
  }

  /** How far the server's WAL went when it told last. */
  public synchronized Optional<Lsn> end() {
    return end.equals(Lsn.ZERO) ? Optional.empty() : Optional.of(end);
  }

  /** How long the server has had WAL that is not before {@code position}; zero if it has none. */
  public synchronized Duration since(Lsn position) {
    for (Announcement one : announced) {
      if (one.end.isAfter(position)) {
        return age(one.time);
      }
    }
    return Duration.ZERO;
  }

  /** How long no stream has told anything; zero while there is one. */
  public synchronized Duration silence() {
    return connected ? Duration.ZERO : age(heard);
  }

  private Duration age(long time) {
    return Duration.ofNanos(Math.max(0, nanos.getAsLong() - time));
  }
}
