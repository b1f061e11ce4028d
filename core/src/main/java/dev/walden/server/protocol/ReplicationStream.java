package dev.walden.server.protocol;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.TimestampTz;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The WAL of one timeline, streamed by a walsender. {@link #next} and {@link #stop} are for use by
 * one thread; {@link #sendStatus} may be called by any.
 *
 * <p>Source: {@code src/backend/replication/walsender.c}, {@code WalSndLoop}; {@code
 * src/bin/pg_basebackup/receivelog.c}.
 */
public final class ReplicationStream {
  // the kinds of CopyData message in a WAL stream
  private static final char XLOG_DATA = 'w';
  private static final char PRIMARY_KEEPALIVE = 'k';

  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final int DATA_HEADER = 24;
  private static final int KEEPALIVE_BODY = 17;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** The outcome of {@link #next}. */
  public enum Event {
    /** WAL: see {@link #dataStart} and {@link #data}. */
    DATA,
    /** A keepalive, which may request a status update: see {@link #replyRequested}. */
    KEEPALIVE,
    /** Nothing arrived within the tick, or nothing of interest. */
    IDLE,
    /**
     * The server has no more WAL on this timeline; see {@link #nextTimeline}. The connection
     * accepts the next command. Repeated from then on.
     */
    END_OF_TIMELINE,
    /**
     * The server shuts down: it has sent everything, including its shutdown checkpoint, and all of
     * it was confirmed. The connection is closed. Repeated from then on.
     */
    SERVER_STOPPED
  }

  private final ReplicationSession conversation;
  private Lsn expected;
  private Lsn dataStart;
  private ByteBuffer data = NOTHING;
  private Lsn serverWalEnd;
  private long serverTime;
  private boolean replyRequested;
  private @Nullable TimelineId nextTimeline;
  private @Nullable Lsn nextTimelineStart;
  private @Nullable Event last;
  private final Object sending = new Object();
  private boolean over;

  private ReplicationStream(ReplicationSession conversation, Lsn start) {
    this.conversation = conversation;
    this.expected = start;
    this.dataStart = start;
    this.serverWalEnd = start;
  }

  static ReplicationStream start(
      ReplicationSession conversation, Optional<String> quotedSlot, Lsn start, TimelineId timeline)
      throws IOException {
    conversation.begin(
        "START_REPLICATION "
            + quotedSlot.map(slot -> "SLOT " + slot + " ").orElse("")
            + "PHYSICAL "
            + start
            + " TIMELINE "
            + timeline);
    ReplicationStream stream = new ReplicationStream(conversation, start);
    switch (conversation.await(conversation.answerLimit())) {
      case BackendMessage.COPY_BOTH_RESPONSE -> {}
      case BackendMessage.ROW_DESCRIPTION ->
          stream.endsHere(); // this timeline has nothing after the start
      default -> throw conversation.unexpected("the start of WAL");
    }
    return stream;
  }

  /** Waits for the next event, at most for one tick. */
  public Event next() throws IOException {
    if (last == Event.END_OF_TIMELINE || last == Event.SERVER_STOPPED) {
      return last;
    }
    if (over) {
      throw new IllegalStateException("the stream has ended");
    }
    data = NOTHING;
    replyRequested = false;
    try {
      last = conversation.poll() ? event() : Event.IDLE;
      return last;
    } catch (IOException e) {
      over();
      throw e;
    }
  }

  private Event event() throws IOException {
    switch (conversation.type()) {
      case BackendMessage.COPY_DATA:
        return copyData(conversation.body());
      case BackendMessage.COPY_DONE:
        finish();
        endsHere();
        return Event.END_OF_TIMELINE;
      case BackendMessage.COMMAND_COMPLETE: // "COPY 0" without a CopyDone before it
        over();
        conversation.close();
        return Event.SERVER_STOPPED;
      default:
        throw conversation.unexpected("WAL");
    }
  }

  private Event copyData(ByteBuffer message) throws IOException {
    int kind = message.hasRemaining() ? message.get() : 0;
    if (kind == XLOG_DATA && message.remaining() >= DATA_HEADER) {
      dataStart = new Lsn(message.getLong());
      serverWalEnd = new Lsn(message.getLong());
      serverTime = message.getLong();
      if (!dataStart.equals(expected)) {
        throw conversation.broken(
            new ProtocolException(
                "expected WAL from " + expected + ", received WAL from " + dataStart));
      }
      expected = dataStart.plus(message.remaining());
      data = message;
      return Event.DATA;
    }
    if (kind == PRIMARY_KEEPALIVE && message.remaining() >= KEEPALIVE_BODY) {
      serverWalEnd = new Lsn(message.getLong());
      serverTime = message.getLong();
      replyRequested = message.get() != 0;
      return Event.KEEPALIVE;
    }
    throw conversation.broken(new ProtocolException("a malformed message in a WAL stream"));
  }

  /** The position of the first byte of {@link #data}. */
  Lsn dataStart() {
    return dataStart;
  }

  /** The received WAL, in place: valid until the next call, must not be modified. */
  public ByteBuffer data() {
    return data;
  }

  /** The end of the server's WAL, as of the last event that reported it. */
  public Lsn serverWalEnd() {
    return serverWalEnd;
  }

  /** The server's clock, as of the last event that reported it. */
  public Instant serverTime() {
    return TimestampTz.instant(serverTime);
  }

  /** Whether more has already arrived, so that {@link #next} hardly waits. */
  public boolean hasMore() throws IOException {
    return !over && conversation.hasMore();
  }

  /** Whether the server requests an immediate standby status update. */
  public boolean replyRequested() {
    return replyRequested;
  }

  /**
   * Sends a standby status update with the write, flush and apply positions, each after the last
   * byte. The server may remove WAL before the flush position, and treats it as safe; {@link
   * Lsn#ZERO} reports no position.
   *
   * @return false if nothing was sent, because the stream has ended
   */
  public boolean sendStatus(Lsn written, Lsn flushed, Lsn applied, boolean replyRequested)
      throws IOException {
    synchronized (sending) {
      if (over) {
        return false;
      }
      Instant now = Instant.now();
      conversation.send(writer -> writer.status(written, flushed, applied, now, replyRequested));
      return true;
    }
  }

  /** The next timeline, after {@link Event#END_OF_TIMELINE}. */
  public TimelineId nextTimeline() {
    return ended(nextTimeline);
  }

  /**
   * The switch point to the next timeline. It may precede what was received: bytes after it were
   * never part of the server's history.
   */
  public Lsn nextTimelineStart() {
    return ended(nextTimelineStart);
  }

  private static <T> T ended(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the timeline has not ended");
    }
    return value;
  }

  /**
   * Ends the stream and discards WAL still in transit. After that, the connection accepts the next
   * command.
   */
  public void stop() throws IOException {
    if (over) {
      return;
    }
    finish();
    long start = System.nanoTime();
    while (conversation.await(STOP_LIMIT) != BackendMessage.COPY_DONE) {
      if (conversation.type() != BackendMessage.COPY_DATA
          || System.nanoTime() - start > STOP_LIMIT.toNanos()) {
        throw conversation.unexpected("the end of the WAL stream");
      }
    }
    conversation.rowsUntilReady(STOP_LIMIT);
  }

  private void finish() throws IOException {
    over();
    conversation.send(FrontendMessageWriter::copyDone);
  }

  /** From here on, no status may be sent. */
  private void over() {
    synchronized (sending) {
      over = true;
    }
  }

  private void endsHere() throws IOException {
    over();
    List<DataRow> rows = conversation.rowsUntilReady(conversation.answerLimit());
    try {
      if (rows.size() != 1) {
        throw new ProtocolException("an end of timeline without a next timeline");
      }
      nextTimeline = rows.get(0).required(0, WalsenderConnection::timeline);
      nextTimelineStart = rows.get(0).required(1, Lsn::parse);
    } catch (ProtocolException e) {
      throw conversation.broken(e);
    }
    last = Event.END_OF_TIMELINE;
  }
}
