package dev.walden.server.receive;

import dev.walden.archive.inventory.RecordedGap;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** What has happened to a {@link WalReceiver}; see {@link WalReceiverListener}. */
public sealed interface WalReceiverEvent {

  /** The server sends, or will, the WAL of this timeline from {@code start} on. */
  record Streaming(TimelineId timeline, Lsn start) implements WalReceiverEvent {}

  /**
   * There is no stream any more, or trying to get one has failed.
   *
   * @param reason empty if the server has shut down, or ended the stream in order
   * @param nextTry how long the receiver waits before it connects again
   */
  record Disconnected(Optional<IOException> reason, Duration nextTry) implements WalReceiverEvent {}

  /** A whole segment, or the beginning of one that will never be complete, is in the archive. */
  record SegmentArchived(WalFileName file) implements WalReceiverEvent {}

  /** The server has left a timeline for the next, and the receiver follows. */
  record TimelineSwitched(TimelineId from, TimelineId to, Lsn at) implements WalReceiverEvent {}

  /**
   * WAL is missing in the archive, because the server had it no longer: no backup from before it
   * can be recovered beyond it.
   */
  record GapRecorded(RecordedGap gap) implements WalReceiverEvent {}

  /**
   * {@link WalReceiverStatus#health} has turned bad, by the limit of {@link
   * WalReceiver.Builder#stallLimit}.
   */
  record DurabilityStalled(Lsn durable, String reason) implements WalReceiverEvent {}

  /** It is well again. */
  record DurabilityResumed(Lsn durable) implements WalReceiverEvent {}

  /**
   * The receiver has ended.
   *
   * @param failure what ended it; empty if it was closed
   */
  record Stopped(Optional<IOException> failure) implements WalReceiverEvent {}
}
