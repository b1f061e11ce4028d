package dev.walden.server.receive.ledger;

import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What the server is told, and when: a function of positions and the clock, and of what it was told
 * before. A status that is returned counts as sent. Guarded by its owner.
 */
public final class FlushFeedback {
  private final Duration interval;
  private final LongSupplier nanos;
  private long lastStatus;
  private Optional<Lsn> reported = Optional.empty();
  private Optional<Lsn> kept = Optional.empty();
  private Optional<Lsn> told = Optional.empty();
  private Optional<TimelineId> toldOf = Optional.empty();

  /**
   * @param interval how often the server hears of the receiver even if nothing has changed
   * @param nanos a clock like {@link System#nanoTime}
   */
  public FlushFeedback(Duration interval, LongSupplier nanos) {
    this.interval = interval;
    this.nanos = nanos;
  }

  /**
   * Before this, or at it, lies what the slot keeps. No earlier position is told: it would move the
   * slot back, and a checkpoint that has just decided to remove WAL up to the slot would find it
   * behind that and invalidate it ({@code InvalidateObsoleteReplicationSlots} in {@code slot.c}).
   *
   * @param certain whether the server said so, or the slot was made just now; a guess has no effect
   *     once something was told
   */
  public void keptFrom(Lsn position, boolean certain) {
    if (certain || told.isEmpty()) {
      kept = Optional.of(position);
    }
  }

  /** A stream begins: a status is due at once. */
  public void begin() {
    reported = Optional.empty();
    lastStatus = nanos.getAsLong() - interval.toNanos();
  }

  /** What to send now: if more is flushed than was reported, or once in a while. */
  public Optional<StandbyStatus> due(Positions now) {
    boolean late = nanos.getAsLong() - lastStatus >= interval.toNanos();
    return late || isProgress(now) ? Optional.of(status(now, true, false)) : Optional.empty();
  }

  /** What to send at once: only if more is flushed than was reported. */
  public Optional<StandbyStatus> progress(Positions now) {
    return isProgress(now) ? Optional.of(status(now, true, false)) : Optional.empty();
  }

  private boolean isProgress(Positions now) {
    return now.flushed().isPresent()
        && (reported.isEmpty() || now.flushed().get().isAfter(reported.get()));
  }

  /**
   * The answer to a server that asks.
   *
   * <p>A server that shuts down waits until the flush position, if it was told one, reaches its
   * last record. If it never will, nothing is said of it.
   *
   * @param never whether all the server has was received, and not all of that can be flushed now
   */
  public StandbyStatus reply(Positions now, boolean never) {
    return status(now, !never || now.isAllFlushed(), false);
  }

  /** Asks the server for a sign of life. */
  public StandbyStatus request(Positions now) {
    return status(now, true, true);
  }

  private StandbyStatus status(Positions now, boolean saysFlushed, boolean replyRequested) {
    Optional<Lsn> flushed =
        saysFlushed ? now.flushed().filter(end -> mayBeTold(now, end)) : Optional.empty();
    if (flushed.isPresent()) {
      told = flushed;
      toldOf = now.timeline();
    }
    // as written, too, only what is durable: commits of remote_write return for that, but not as
    // long as no flush position is told
    Lsn written = flushed.orElseGet(() -> furthest(now));
    lastStatus = nanos.getAsLong();
    reported = now.flushed();
    return new StandbyStatus(written, flushed, replyRequested);
  }

  private boolean mayBeTold(Positions now, Lsn end) {
    boolean back = toldOf.equals(now.timeline()) && told.filter(end::isBefore).isPresent();
    return !back && kept.filter(end::isBefore).isEmpty();
  }

  private static Lsn furthest(Positions now) {
    Lsn received = now.received().orElse(Lsn.ZERO);
    return now.flushed().map(flushed -> Lsn.max(flushed, received)).orElse(received);
  }
}
