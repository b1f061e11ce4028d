package dev.walden.server.receive;

import dev.walden.archive.inventory.RecordedGap;
import dev.walden.server.receive.upstream.ServerWalHistory;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegmentSize;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to a receiver, counted and told to its listener. Nothing here waits; safe for
 * use by many threads.
 */
final class ReceiverEvents {
  private final ServerWalHistory server = new ServerWalHistory(System::nanoTime);
  private final Duration stallLimit;
  private final Optional<ListenerQueue> events;
  private final AtomicLong segments = new AtomicLong();
  private final AtomicLong gaps = new AtomicLong();
  private volatile @Nullable IOException lastError;
  private boolean stalled;

  ReceiverEvents(Optional<WalReceiverListener> listener, Duration stallLimit) {
    this.stallLimit = stallLimit;
    this.events = listener.map(ListenerQueue::new);
  }

  /** From now on the listener is told what happens, and how well the receiver is. */
  void start(ThreadFactory threads, Supplier<WalReceiverStatus> current) {
    events.ifPresent(queue -> queue.start(threads, () -> look(current.get())));
  }

  /** Tells the listener. */
  void happened(WalReceiverEvent event) {
    events.ifPresent(queue -> queue.add(event));
  }

  /** What the server has. */
  ServerWalHistory server() {
    return server;
  }

  void streaming(StreamStart start) {
    server.connected();
    happened(new WalReceiverEvent.Streaming(start.timeline(), start.lsn()));
  }

  void disconnected(Optional<IOException> reason, Duration nextTry) {
    reason.ifPresent(this::failed);
    happened(new WalReceiverEvent.Disconnected(reason, nextTry));
  }

  void switched(TimelineId from, TimelineId to, Lsn at) {
    server.switched(to, at);
    happened(new WalReceiverEvent.TimelineSwitched(from, to, at));
  }

  void archived(WalFileName file) {
    segments.incrementAndGet();
    happened(new WalReceiverEvent.SegmentArchived(file));
  }

  /** Something went wrong that is tried again. */
  void failed(IOException error) {
    lastError = error;
  }

  void stopped(Optional<IOException> failure) {
    server.lost();
    failure.ifPresent(this::failed);
    happened(new WalReceiverEvent.Stopped(failure));
  }

  void gap(RecordedGap gap) {
    gaps.incrementAndGet();
    happened(new WalReceiverEvent.GapRecorded(gap));
  }

  long gaps() {
    return gaps.get();
  }

  long segmentsArchived() {
    return segments.get();
  }

  long eventsDropped() {
    return events.map(ListenerQueue::dropped).orElse(0L);
  }

  Optional<IOException> lastError() {
    return Optional.ofNullable(lastError);
  }

  /** How long the server has had WAL that is not before {@code covered}, or may have had. */
  Duration lag(Lsn covered) {
    Duration since = server.since(covered);
    Duration silence = server.silence();
    return since.compareTo(silence) > 0 ? since : silence;
  }

  /** The same of whole segments. */
  Duration segmentLag(Lsn covered, WalSegmentSize size) {
    return lag(size.floor(covered).plus(size.bytes() - 1L));
  }

  private void look(WalReceiverStatus now) {
    WalReceiverHealth health = now.health(stallLimit);
    if (health.healthy() == stalled) {
      stalled = !stalled;
      happened(
          stalled
              ? new WalReceiverEvent.DurabilityStalled(now.durable(), health.reason())
              : new WalReceiverEvent.DurabilityResumed(now.durable()));
    }
  }
}
