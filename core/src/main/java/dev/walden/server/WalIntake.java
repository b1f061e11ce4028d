package dev.walden.server;

import dev.walden.archive.ArchiveStore;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalPageHeader;
import dev.walden.wal.WalSegment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Takes the WAL of one stream after another, cuts it into segments, makes it durable and tells the
 * server. For one thread, except the positions, which any may read.
 */
final class WalIntake implements Closeable {
  /** How much may wait for a force while more keeps arriving. */
  private static final int MAX_UNFORCED = 4 << 20;

  private static final int WAIT_FOR_SPACE_MS = 200;

  private final ArchiveStore archive;
  private final SegmentSpace space;
  private final SegmentPusher pusher;
  private final Duration statusInterval;
  private final Duration timeout;
  private OpenSegment open;
  private volatile TimelineId timeline;
  private volatile Lsn received = Lsn.ZERO;
  private volatile Lsn durable = Lsn.ZERO;
  private Lsn reported = Lsn.ZERO;
  private int unforced;
  private long lastStatus;
  private long lastMessage;
  private boolean asked;

  WalIntake(
      ArchiveStore archive,
      SegmentSpace space,
      SegmentPusher pusher,
      Duration statusInterval,
      Duration timeout) {
    this.archive = archive;
    this.space = space;
    this.pusher = pusher;
    this.statusInterval = statusInterval;
    this.timeout = timeout;
  }

  Optional<TimelineId> timeline() {
    return Optional.ofNullable(timeline);
  }

  Lsn received() {
    return received;
  }

  Lsn durable() {
    return durable;
  }

  /** All WAL before this, on the server's path and above the slot's position, is archived. */
  void archivedBefore(StreamStart start) {
    enter(start.timeline(), start.lsn());
    durable = start.lsn();
  }

  /** Here the next stream begins, whenever it does. */
  void turnTo(StreamStart start) {
    enter(start.timeline(), start.lsn());
    received = start.lsn();
  }

  /**
   * Turns to a timeline. Positions beyond its start that were reached on the one before are no
   * positions of this one: nothing there is durable yet.
   */
  private void enter(TimelineId next, Lsn start) {
    if (!next.equals(timeline)) {
      durable = Lsn.min(durable, start);
      pusher.enter(next);
      timeline = next;
    }
  }

  /**
   * Takes a stream until it ends.
   *
   * @return what ended it, or empty if {@code closed} did
   */
  Optional<ReplicationStream.Event> take(
      ReplicationStream stream, StreamStart start, Closing closed)
      throws IOException, InterruptedException {
    if (open != null && !open.segment().timeline().equals(start.timeline())) {
      // the server has changed its timeline while it could not be reached
      endTimeline(start.lsn());
    }
    dropOpen();
    turnTo(start);
    reported = Lsn.ZERO;
    lastMessage = System.nanoTime();
    lastStatus = lastMessage - statusInterval.toNanos();
    while (!closed.isClosed()) {
      ReplicationStream.Event event = stream.next();
      pusher.check();
      switch (event) {
        case DATA -> accept(stream, closed);
        case KEEPALIVE -> heard(stream);
        case IDLE -> {}
        default -> {
          forceOpen();
          return Optional.of(event);
        }
      }
      if (event != ReplicationStream.Event.IDLE) {
        lastMessage = System.nanoTime();
        asked = false;
      }
      acknowledge(stream);
      watch(stream);
    }
    return Optional.empty();
  }

  /** Whether the receiver is to stop. */
  interface Closing {
    boolean isClosed();
  }

  private void heard(ReplicationStream stream) throws IOException {
    if (stream.replyRequested()) {
      forceOpen();
      // A server that shuts down waits until the flushed position, if it was told one, reaches its
      // last record. Where only whole segments are durable that never happens, so nothing is said.
      boolean caughtUp = !stream.serverWalEnd().isAfter(received);
      send(stream, caughtUp && durable.isBefore(received) ? Lsn.ZERO : durable, false);
    }
  }

  private void accept(ReplicationStream stream, Closing closed)
      throws IOException, InterruptedException {
    ByteBuffer data = stream.data();
    while (data.hasRemaining()) {
      if (open == null && !openSegment(stream, closed)) {
        return;
      }
      int room = open.segment().size().bytes() - open.length();
      int count = Math.min(room, data.remaining());
      ByteBuffer piece = data.slice(data.position(), count);
      if (open.length() == 0 && count >= WalPageHeader.LONG) {
        byte[] header = new byte[WalPageHeader.LONG];
        piece.get(0, header);
        archive.check(open.segment().fileName(), header);
      }
      open.append(piece);
      data.position(data.position() + count);
      received = received.plus(count);
      unforced += count;
      if (open.isComplete()) {
        forceOpen();
        pusher.push(open);
        open = null;
      }
    }
  }

  private boolean openSegment(ReplicationStream stream, Closing closed)
      throws IOException, InterruptedException {
    WalSegment segment = WalSegment.containing(timeline, received, archive.cluster().segmentSize());
    while (!closed.isClosed()) {
      Optional<OpenSegment> room = space.open(segment, WAIT_FOR_SPACE_MS);
      if (room.isPresent()) {
        open = room.get();
        return true;
      }
      pusher.check();
      // the server must not take a storage that is slow for a receiver that is gone
      lastMessage = System.nanoTime();
      acknowledge(stream);
    }
    return false;
  }

  /** Makes what is waiting durable if nothing more is at hand, and reports progress. */
  private void acknowledge(ReplicationStream stream) throws IOException {
    if (unforced > MAX_UNFORCED || unforced > 0 && !stream.hasMore()) {
      forceOpen();
    }
    Lsn archived = pusher.archived();
    Lsn known = archived == null ? durable : Lsn.max(durable, archived);
    boolean progress = known.isAfter(durable) || durable.isAfter(reported);
    durable = known;
    if (progress || System.nanoTime() - lastStatus >= statusInterval.toNanos()) {
      send(stream, durable, false);
    }
  }

  private void forceOpen() throws IOException {
    if (unforced > 0 && open != null) {
      open.force();
      if (space.spool().isPresent()) {
        durable = Lsn.max(durable, open.end());
      }
    }
    unforced = 0;
  }

  private void send(ReplicationStream stream, Lsn flushed, boolean replyRequested)
      throws IOException {
    stream.sendStatus(Lsn.max(received, durable), flushed, Lsn.ZERO, replyRequested);
    lastStatus = System.nanoTime();
    reported = durable;
  }

  private void watch(ReplicationStream stream) throws IOException {
    long silence = System.nanoTime() - lastMessage;
    if (silence > timeout.toNanos()) {
      throw new ServerUnavailableException(
          "the server has sent nothing for " + timeout.toSeconds() + " s", "08006", null);
    }
    if (!asked && silence > timeout.toNanos() / 2) {
      asked = true;
      send(stream, durable, true);
    }
  }

  /**
   * Ends a timeline: what was received of its last segment is kept as a partial segment if it was
   * acknowledged, or lies beyond the switch point, where the next timeline does not repeat it.
   */
  void endTimeline(Lsn switchPoint) throws IOException {
    if (open == null) {
      return;
    }
    if (open.length() > 0 && (space.spool().isPresent() || open.end().isAfter(switchPoint))) {
      open.force();
      pusher.pushPartial(open);
    } else {
      open.discard();
    }
    open = null;
  }

  private void dropOpen() throws IOException {
    if (open != null) {
      open.close();
      open = null;
    }
    unforced = 0;
  }

  @Override
  public void close() throws IOException {
    dropOpen();
  }
}
