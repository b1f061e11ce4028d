package dev.walden.server.receive.ledger;

import dev.walden.archive.TailWriter;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.wal.Lsn;
import dev.walden.wal.WalSegment;
import java.util.Optional;

/**
 * A segment that is archived in pieces while it is received. One that is received again, from its
 * start, is another reception with pieces of its own.
 *
 * <pre>
 * 0 ------------ stored ------- taken --------------- verified ------ size
 *   in the archive  |  under way  |  waits for a piece   |  to come
 * </pre>
 *
 * Guarded by the ledger, but for the rest, which is set once.
 */
final class Reception {
  private final OpenSegment open;
  private final TailWriter writer;
  private volatile Optional<Rest> rest = Optional.empty();

  /** How many bytes from the start on are stored in pieces. */
  int stored;

  /** Where the piece that is under way ends; else equal to {@code stored}. */
  int taken;

  /** How many bytes from the start on may be stored. */
  int verified;

  /** Whether there may be pieces of this segment in the archive, also of an earlier reception. */
  boolean begun;

  /** Whether all of it has arrived and is verified, so that it will be archived whole. */
  boolean completed;

  /** Whether the whole segment is archived. */
  boolean whole;

  /** Whether the segment is being received again. */
  boolean replaced;

  /** Whether nothing more of it will arrive. */
  boolean abandoned;

  Reception(OpenSegment open, TailWriter writer, boolean begun) {
    this.open = open;
    this.writer = writer;
    this.begun = begun;
  }

  WalSegment segment() {
    return open.segment();
  }

  OpenSegment open() {
    return open;
  }

  TailWriter writer() {
    return writer;
  }

  Optional<Rest> rest() {
    return rest;
  }

  void rest(Optional<Rest> last) {
    rest = last;
  }

  /** How many verified bytes are neither stored nor under way. */
  int waiting() {
    return verified - taken;
  }

  /** Whether a piece of it is of any use. */
  boolean isWanted() {
    return !whole && !replaced;
  }

  /** Whether all of it is durable, or nothing more of it will ever be. */
  boolean isClosed() {
    return whole || abandoned || stored == segment().size().bytes();
  }

  /** Up to where it is durable. */
  Lsn end() {
    return whole ? segment().end() : segment().start().plus(stored);
  }
}
