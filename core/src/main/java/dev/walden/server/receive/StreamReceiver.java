package dev.walden.server.receive;

import dev.walden.CorruptFileException;
import dev.walden.archive.ArchiveStore;
import dev.walden.server.protocol.ReplicationStream;
import dev.walden.server.receive.ledger.FlushLedger;
import dev.walden.server.receive.ledger.FlushPolicy;
import dev.walden.server.receive.ledger.Work;
import dev.walden.server.receive.upstream.DamageMemory;
import dev.walden.server.receive.upstream.ServerSilence;
import dev.walden.server.receive.upstream.ServerWalHistory;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Receives the WAL of one stream after another, cuts it into segments, has it verified and, with a
 * spool, forced, and lets the server know. For one thread.
 */
final class StreamReceiver implements Closeable {
  /** How much may wait for a force while more keeps arriving. */
  private static final int MAX_UNFORCED = 4 << 20;

  private static final int WAIT_FOR_ROOM_MS = 200;

  private final WalSegmentSize size;
  private final FlushLedger ledger;
  private final StatusSender statuses;
  private final ServerWalHistory server;
  private final ReceivedSegments wal;
  private final ServerSilence silence;
  private final DamageMemory damage = new DamageMemory();
  private @Nullable TimelineId timeline;
  private Lsn received = Lsn.ZERO;

  /**
   * @param timeout after how long without a word from the server it counts as lost
   */
  StreamReceiver(ReceiverResources resources, Duration timeout) {
    ArchiveStore archive = resources.archive();
    this.size = archive.cluster().segmentSize();
    this.ledger = resources.ledger();
    this.statuses = resources.statuses();
    this.server = resources.events().server();
    this.wal =
        new ReceivedSegments(archive.cluster(), archive.isIndexing(), resources.pool(), ledger);
    this.silence = new ServerSilence(timeout, System::nanoTime);
  }

  /** The end of what has arrived; 0/0 before anything has. */
  Lsn received() {
    return received;
  }

  /** The next stream begins there, whenever it does. */
  void turnTo(StreamStart start) {
    timeline = start.timeline();
    received = start.lsn();
    ledger.entered(start.timeline(), start.lsn());
  }

  /** Whether the receiver is to stop. */
  interface Closing {
    boolean isClosed();
  }

  /**
   * Receives a stream until it ends.
   *
   * @return what ended it, or empty if {@code closed} did
   */
  Optional<ReplicationStream.Event> receive(
      ReplicationStream stream, StreamStart start, Closing closed)
      throws IOException, InterruptedException {
    if (wal.first().isPresent() && !wal.first().get().timeline().equals(start.timeline())) {
      // the server has changed its timeline while it could not be reached
      wal.endTimeline(start.lsn());
    }
    wal.begin(start.timeline(), start.lsn());
    timeline = start.timeline();
    received = start.lsn();
    ledger.began(start.timeline(), start.lsn());
    silence.heard();
    statuses.begin(stream);
    try {
      return events(stream, closed);
    } finally {
      statuses.end();
    }
  }

  private Optional<ReplicationStream.Event> events(ReplicationStream stream, Closing closed)
      throws IOException, InterruptedException {
    while (!closed.isClosed()) {
      ReplicationStream.Event event = stream.next();
      ledger.check();
      switch (event) {
        case DATA -> accept(stream, closed);
        case KEEPALIVE -> heard(stream);
        case IDLE -> {}
        default -> {
          force();
          wal.offer(true);
          return Optional.of(event);
        }
      }
      if (event != ReplicationStream.Event.IDLE) {
        silence.heard();
        server.told(stream.serverWalEnd(), ledger.positions().flushed().orElse(Lsn.ZERO));
      }
      acknowledge(stream);
      if (silence.mustAsk()) {
        statuses.request();
      }
    }
    return Optional.empty();
  }

  private void heard(ReplicationStream stream) throws IOException {
    if (stream.replyRequested()) {
      force();
      wal.offer(true);
      statuses.reply(!stream.serverWalEnd().isAfter(received) && mayNeverBeFlushed());
    }
  }

  /**
   * Whether what was received may never be flushed as long as nothing more arrives: where only
   * whole segments are, where pieces cannot be stored now, or where a standby ends within a record.
   */
  private boolean mayNeverBeFlushed() {
    return !(ledger.policy() instanceof FlushPolicy.Pieces)
        || ledger.trouble(Work.Kind.PIECE).isPresent()
        || wal.verified().isBefore(received);
  }

  private void accept(ReplicationStream stream, Closing closed)
      throws IOException, InterruptedException {
    ByteBuffer data = stream.data();
    while (data.hasRemaining()) {
      if (wal.room() == 0 && !openSegment(stream, closed)) {
        break;
      }
      int count = Math.min(wal.room(), data.remaining());
      boolean complete = append(data.slice(data.position(), count), stream);
      data.position(data.position() + count);
      received = received.plus(count);
      if (complete) {
        force();
      }
    }
    ledger.received(received);
  }

  private boolean append(ByteBuffer piece, ReplicationStream stream) throws IOException {
    try {
      boolean complete = wal.append(piece);
      damage.verified(wal.verified());
      return complete;
    } catch (CorruptFileException e) {
      CorruptFileException found = damage.found(wal.verified(), e);
      received = Lsn.min(received, wal.verified());
      ledger.received(received);
      acknowledge(stream);
      throw found;
    }
  }

  /** See {@link DamageMemory#takeNewlyDamaged}. */
  boolean takeNewlyDamaged() {
    return damage.takeNewlyDamaged();
  }

  private boolean openSegment(ReplicationStream stream, Closing closed)
      throws IOException, InterruptedException {
    WalSegment segment = WalSegment.containing(timeline(), received, size);
    while (!closed.isClosed()) {
      if (wal.open(segment, WAIT_FOR_ROOM_MS)) {
        return true;
      }
      ledger.check();
      // a slow storage must not look like a lost server
      silence.excused();
      ledger.received(received);
      acknowledge(stream);
    }
    return false;
  }

  /** Makes what waits durable if nothing more is at hand, and reports progress. */
  private void acknowledge(ReplicationStream stream) throws IOException {
    if (wal.unforced() > MAX_UNFORCED || wal.unforced() > 0 && !stream.hasMore()) {
      force();
    }
    wal.offer(false);
    statuses.update();
  }

  private void force() throws IOException {
    wal.force();
    ledger.spooled(wal.verified());
  }

  /** Ends a timeline; see {@link ReceivedSegments#endTimeline}. */
  void endTimeline(Lsn switchPoint) throws IOException {
    wal.endTimeline(switchPoint);
  }

  /** Where the next stream begins if it continues this timeline. */
  StreamStart restart() {
    Lsn start = wal.first().map(WalSegment::start).orElse(size.floor(received));
    return new StreamStart(timeline(), start);
  }

  private TimelineId timeline() {
    return Objects.requireNonNull(timeline, "a stream comes first");
  }

  @Override
  public void close() throws IOException {
    wal.close();
  }
}
