package dev.walden.server;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.util.Optional;

/**
 * What a {@link WalReceiver} was doing at a moment.
 *
 * @param timeline the timeline it receives; empty before the first stream
 * @param received the end of the WAL that arrived; 0/0 before any did
 * @param durable the end of the WAL that was acknowledged; 0/0 before any was
 * @param archived the end of the WAL that is in the archive; 0/0 if that is not known yet
 * @param connections how many connections were made so far
 * @param trouble what is wrong now, or what ended the receiver; empty while all is well
 */
public record WalReceiverStatus(
    State state,
    Optional<TimelineId> timeline,
    Lsn received,
    Lsn durable,
    Lsn archived,
    long connections,
    Optional<IOException> trouble) {

  /** What a receiver does. */
  public enum State {
    CONNECTING,
    STREAMING,
    /** Waits before it connects again. */
    WAITING,
    /** Was closed, or has failed. */
    STOPPED
  }

  WalReceiverStatus stopped(Optional<IOException> failure) {
    return new WalReceiverStatus(
        State.STOPPED, timeline, received, durable, archived, connections, failure);
  }
}
