package dev.walden.server.receive;

import dev.walden.errors.Arguments;
import dev.walden.server.LoginRefusedException;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * What a {@link WalReceiver} was doing at a moment. Times are by a clock of this machine that does
 * not follow changes of the date, and begin when the receiver was started: it cannot know how long
 * WAL was waiting before.
 *
 * @param timeline the timeline it receives; empty before the first stream
 * @param received the end of the WAL that arrived; 0/0 before any did
 * @param durable the end of the WAL that was acknowledged; 0/0 before any was
 * @param archived the end of the WAL that is in the archive; 0/0 if that is not known yet
 * @param serverEnd how far the server's WAL went when it told last; 0/0 before it did
 * @param lagBytes how far the three are behind {@code serverEnd}; empty before the first stream
 * @param lag how long the server has had the oldest WAL that is not durable; zero if all is. While
 *     there is no stream nobody knows what the server has: then it is at least the time since the
 *     server was last heard. Where only whole segments are acknowledged (neither a spool nor a
 *     tail) it is the age of the open segment, and grows while the server is idle: that WAL is as
 *     old, and would be lost with the server
 * @param overdue the same without WAL that is not due yet: where only whole segments are
 *     acknowledged, how long the oldest segment that the server has completed waits. Else equal to
 *     {@code lag}
 * @param silence how long there has been no stream, counted from when the server was last heard;
 *     zero while there is one. A server that vanishes without a word counts as there until {@link
 *     WalReceiver.Builder#timeout}
 * @param connections how many connections were made so far: the first, and reconnects
 * @param segmentsArchived how many segments, and beginnings of segments, it has archived
 * @param gaps how many gaps it has recorded in the archive; of those that it found there, see
 *     {@link dev.walden.archive.inventory.WalInventory#gaps}
 * @param eventsDropped how many events a slow {@link WalReceiverListener} has missed
 * @param trouble what is wrong now, or what ended the receiver; empty while all is well
 * @param lastError the last that went wrong with the server or the storage, even if all is well
 *     again
 */
public record WalReceiverStatus(
    State state,
    Optional<TimelineId> timeline,
    Lsn received,
    Lsn durable,
    Lsn archived,
    Lsn serverEnd,
    Optional<WalReceiverLag> lagBytes,
    Duration lag,
    Duration overdue,
    Duration silence,
    long connections,
    long segmentsArchived,
    long gaps,
    long eventsDropped,
    Optional<IOException> trouble,
    Optional<IOException> lastError) {

  /** What a receiver does. */
  public enum State {
    CONNECTING,
    STREAMING,
    /** Waits before it connects again. */
    WAITING,
    /** Was closed, or has failed. */
    STOPPED
  }

  /**
   * Whether WAL becomes durable as it should: the receiver runs, the server does not refuse its
   * login, it has not been without a stream for longer than {@code limit}, and nothing is {@link
   * #overdue} for longer. An idle server is healthy, and so is a lost connection for as long as the
   * limit. After a long absence the receiver is healthy when it has caught up.
   *
   * <p>With a spool this does not look at the archive: see {@link WalReceiverLag#archived}.
   */
  public WalReceiverHealth health(Duration limit) {
    Arguments.notNegative("limit", limit);
    if (state == State.STOPPED) {
      return WalReceiverHealth.bad("stopped" + because());
    }
    if (trouble.filter(LoginRefusedException.class::isInstance).isPresent()) {
      return WalReceiverHealth.bad("refused" + because());
    }
    if (silence.compareTo(limit) > 0) {
      return WalReceiverHealth.bad("no stream for " + silence.toSeconds() + " s" + because());
    }
    if (overdue.compareTo(limit) > 0) {
      return WalReceiverHealth.bad(
          String.format(
              "WAL is not durable after %d s: up to %s of %s is%s",
              overdue.toSeconds(), durable, serverEnd, because()));
    }
    return WalReceiverHealth.good();
  }

  WalReceiverStatus stopped(Optional<IOException> failure) {
    return new WalReceiverStatus(
        State.STOPPED,
        timeline,
        received,
        durable,
        archived,
        serverEnd,
        lagBytes,
        lag,
        overdue,
        silence,
        connections,
        segmentsArchived,
        gaps,
        eventsDropped,
        failure,
        lastError);
  }

  private String because() {
    return trouble.map(e -> ": " + e.getMessage()).orElse("");
  }

  /** One line for people. */
  public String summary() {
    return String.format(
        "%s%s, received %s, durable %s, archived %s, server %s, behind %s B, %.1f s%s",
        state.name().toLowerCase(java.util.Locale.ROOT),
        timeline.map(id -> " timeline " + id.value()).orElse(""),
        received,
        durable,
        archived,
        serverEnd,
        lagBytes.map(bytes -> Long.toString(bytes.durable())).orElse("?"),
        lag.toMillis() / 1e3,
        because());
  }
}
