package dev.walden.server.receive;

import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.ServerUnavailableException;
import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.receive.spool.SegmentPool;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the WAL of one stream after another, cuts it into segments, makes it durable and tells the
 * server. For one thread, except the positions, which any may read.
 */
final class StreamReceiver implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamReceiver.class);

  /** How much may wait for a force while more keeps arriving. */
  private static final int MAX_UNFORCED = 4 << 20;

  private static final int WAIT_FOR_SPACE_MS = 200;

  private final ArchiveStore archive;
  private final SegmentPool space;
  private final SegmentPusher pusher;
  private final Optional<TailPusher> tail;
  private final Duration statusInterval;
  private final Duration timeout;
  private final ServerWalHistory server;
  private final ReceivedSegments wal;
  private volatile TimelineId timeline;
  private volatile Lsn received = Lsn.ZERO;
  private volatile Lsn durable = Lsn.ZERO;
  private Lsn began = Lsn.ZERO;
  private Optional<Lsn> damage = Optional.empty();
  private boolean newlyDamaged;

  // guarded by this, as are changes of timeline and durable: pieces become durable on another
  // thread
  private ReplicationStream current;
  private volatile Lsn first = Lsn.ZERO;
  private Lsn reported = Lsn.ZERO;
  private Lsn kept = Lsn.ZERO;
  private boolean acknowledged;
  private long lastStatus;

  private long lastMessage;
  private boolean asked;

  StreamReceiver(
      ArchiveStore archive,
      SegmentPool space,
      SegmentPusher pusher,
      Optional<TailPusher> tail,
      Duration statusInterval,
      Duration timeout,
      ServerWalHistory server) {
    this.archive = archive;
    this.space = space;
    this.pusher = pusher;
    this.tail = tail;
    this.wal = new ReceivedSegments(archive.cluster(), archive.isIndexing(), space, pusher, tail);
    this.statusInterval = statusInterval;
    this.timeout = timeout;
    this.server = server;
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

  /** Where the first stream began: nothing before is waited for. 0/0 before it did. */
  Lsn first() {
    return first;
  }

  /** All WAL before this, on the server's path and above the slot's position, is archived. */
  synchronized void archivedBefore(StreamStart start) {
    enter(start.timeline(), start.lsn());
    durable = start.lsn();
  }

  /**
   * Before this, or at it, lies what the slot keeps. No earlier position is acknowledged: it would
   * move the slot back, and a checkpoint that has just decided to remove WAL up to the slot would
   * find it behind that and invalidate it ({@code InvalidateObsoleteReplicationSlots} in {@code
   * slot.c}).
   *
   * @param anew whether the server said so, or the slot was made just now; a guess has no effect
   *     once something was acknowledged
   */
  synchronized void keptFrom(Lsn position, boolean anew) {
    if (anew || !acknowledged) {
      kept = position;
    }
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
  private synchronized void enter(TimelineId next, Lsn start) {
    if (!next.equals(timeline)) {
      durable = Lsn.min(durable, start);
      pusher.enter(next, start);
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
    if (wal.first().isPresent() && !wal.first().get().timeline().equals(start.timeline())) {
      // the server has changed its timeline while it could not be reached
      wal.endTimeline(start.lsn());
    }
    wal.begin(start.timeline(), start.lsn());
    began = start.lsn();
    beginAt(start.lsn());
    turnTo(start);
    lastMessage = System.nanoTime();
    begin(stream);
    try {
      return events(stream, closed);
    } finally {
      begin(null);
    }
  }

  private synchronized void beginAt(Lsn start) {
    if (received.equals(first)) { // nothing yet, from wherever streams have begun
      first = start;
    }
  }

  private synchronized void begin(ReplicationStream newStream) {
    current = newStream;
    reported = Lsn.ZERO;
    lastStatus = System.nanoTime() - statusInterval.toNanos();
  }

  private Optional<ReplicationStream.Event> events(ReplicationStream stream, Closing closed)
      throws IOException, InterruptedException {
    while (!closed.isClosed()) {
      ReplicationStream.Event event = stream.next();
      check();
      switch (event) {
        case DATA -> accept(stream, closed);
        case KEEPALIVE -> heard(stream);
        case IDLE -> {}
        default -> {
          force();
          wal.put(true);
          return Optional.of(event);
        }
      }
      if (event != ReplicationStream.Event.IDLE) {
        lastMessage = System.nanoTime();
        asked = false;
        server.told(stream.serverWalEnd(), durable);
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
      force();
      wal.put(true);
      // A server that shuts down waits until the flushed position, if it was told one, reaches its
      // last record. Where only whole segments are durable that never happens, so nothing is said;
      // nor where pieces are, but cannot be stored now, nor where a standby ends within a record.
      boolean caughtUp = !stream.serverWalEnd().isAfter(received);
      boolean never =
          tail.isEmpty() || tail.get().trouble() != null || wal.verified().isBefore(received);
      synchronized (this) {
        advance();
        send(caughtUp && never && durable.isBefore(received) ? Lsn.ZERO : durable, false);
      }
    }
  }

  private void check() throws IOException {
    pusher.check();
    if (tail.isPresent()) {
      tail.get().check();
    }
  }

  private void accept(ReplicationStream stream, Closing closed)
      throws IOException, InterruptedException {
    ByteBuffer data = stream.data();
    while (data.hasRemaining()) {
      if (wal.room() == 0 && !openSegment(stream, closed)) {
        return;
      }
      int count = Math.min(wal.room(), data.remaining());
      boolean complete = append(data.slice(data.position(), count), stream);
      data.position(data.position() + count);
      received = received.plus(count);
      if (complete) {
        force();
      }
    }
  }

  private boolean append(ByteBuffer piece, ReplicationStream stream) throws IOException {
    try {
      boolean complete = wal.append(piece);
      damage = damage.filter(place -> !wal.verified().isAfter(place));
      return complete;
    } catch (CorruptFileException e) {
      Lsn place = wal.verified();
      newlyDamaged = damage.isEmpty() || place.isAfter(damage.get());
      damage = Optional.of(place);
      received = Lsn.min(received, place);
      acknowledge(stream);
      throw newlyDamaged
          ? e
          : new CorruptFileException(
              e.file(),
              CorruptFileException.NO_OFFSET,
              "came damaged a second time: " + e.getMessage(),
              e);
    }
  }

  /**
   * Whether a stream has just ended with damage that may have happened on its way: no stream before
   * was damaged there or further on.
   */
  boolean isNewlyDamaged() {
    boolean is = newlyDamaged;
    newlyDamaged = false;
    return is;
  }

  private boolean openSegment(ReplicationStream stream, Closing closed)
      throws IOException, InterruptedException {
    WalSegment segment = WalSegment.containing(timeline, received, archive.cluster().segmentSize());
    while (!closed.isClosed()) {
      if (wal.open(segment, WAIT_FOR_SPACE_MS)) {
        return true;
      }
      check();
      // the server must not take a storage that is slow for a receiver that is gone
      lastMessage = System.nanoTime();
      acknowledge(stream);
    }
    return false;
  }

  /** Makes what is waiting durable if nothing more is at hand, and reports progress. */
  private void acknowledge(ReplicationStream stream) throws IOException {
    if (wal.unforced() > MAX_UNFORCED || wal.unforced() > 0 && !stream.hasMore()) {
      force();
    }
    wal.put(false);
    synchronized (this) {
      advance();
      if (durable.isAfter(reported) || System.nanoTime() - lastStatus >= statusInterval.toNanos()) {
        send(durable, false);
      }
    }
  }

  /** Tells the server at once of a piece that has become durable. For any thread. */
  void progress() {
    try {
      synchronized (this) {
        advance();
        if (current != null && durable.isAfter(reported)) {
          send(durable, false);
        }
      }
    } catch (IOException e) {
      // the receiving thread will meet the same
      LOG.debug("telling of progress failed: {}", e.getMessage());
    }
  }

  private void advance() {
    Lsn archived = pusher.archived();
    Lsn known = archived == null ? durable : Lsn.max(durable, archived);
    if (tail.isPresent() && timeline != null) {
      Lsn from = known.equals(Lsn.ZERO) ? first : known;
      Lsn reached = tail.get().reach(timeline, from);
      known = reached.isAfter(from) ? reached : known;
    }
    durable = known;
  }

  private void force() throws IOException {
    wal.force();
    if (space.spool().isPresent() && wal.verified().isAfter(began)) {
      durable = Lsn.max(durable, wal.verified());
    }
  }

  private void send(Lsn flushed, boolean replyRequested) throws IOException {
    Lsn told = flushed.isBefore(kept) ? Lsn.ZERO : flushed;
    // as written, too, only what is durable: commits of remote_write return for that, but not as
    // long as no flushed position is told
    Lsn written = told.equals(Lsn.ZERO) ? Lsn.max(received, durable) : told;
    current.sendStatus(written, told, Lsn.ZERO, replyRequested);
    acknowledged |= !flushed.isBefore(kept);
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
      synchronized (this) {
        send(durable, true);
      }
    }
  }

  /** Ends a timeline; see {@link ReceivedSegments#endTimeline}. */
  void endTimeline(Lsn switchPoint) throws IOException {
    wal.endTimeline(switchPoint);
  }

  /** Where the next stream begins if it goes on with this timeline. */
  Lsn restart() {
    return wal.first()
        .map(WalSegment::start)
        .orElse(archive.cluster().segmentSize().floor(received));
  }

  @Override
  public void close() throws IOException {
    wal.close();
  }
}
