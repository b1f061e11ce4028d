package dev.walden.server.receive.ledger;

import dev.walden.archive.TailWriter;
import dev.walden.server.receive.spool.OpenSegment;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.util.Optional;

/** Something that may be done now. Whoever took it from the ledger tells it how it ended. */
public sealed interface Work {

  /** Who does it: each kind has workers of its own. */
  enum Kind {
    WHOLE,
    PIECE,
    REMOVAL
  }

  Kind kind();

  /** A segment to be archived as one file, whole or as the beginning of one that never will be. */
  final class WholeSegment implements Work {
    private final OpenSegment segment;
    private final WalFileName name;
    final long number;
    private Optional<WalOutline> outline;
    private Optional<TailWriter> pieces = Optional.empty();
    private boolean done;

    WholeSegment(OpenSegment segment, WalFileName name, Optional<WalOutline> outline, long number) {
      this.segment = segment;
      this.name = name;
      this.outline = outline;
      this.number = number;
    }

    @Override
    public Kind kind() {
      return Kind.WHOLE;
    }

    public OpenSegment segment() {
      return segment;
    }

    public WalFileName name() {
      return name;
    }

    /** Whether it is complete, and not the beginning of a segment that never will be. */
    public boolean isWhole() {
      return name instanceof WalFileName.Segment;
    }

    public Optional<WalOutline> outline() {
      return outline;
    }

    /** What has archived the same segment in pieces, if that was done. */
    public Optional<TailWriter> pieces() {
      return pieces;
    }

    void pieces(TailWriter writer) {
      pieces = Optional.of(writer);
    }

    boolean isDone() {
      return done;
    }

    void done() {
      done = true;
      outline = Optional.empty();
    }

    @Override
    public String toString() {
      return name.toString();
    }
  }

  /** Verified bytes of a segment, to be stored as one piece. */
  final class Piece implements Work {
    final Reception of;
    private final int from;
    private final int to;

    Piece(Reception of, int from, int to) {
      this.of = of;
      this.from = from;
      this.to = to;
    }

    @Override
    public Kind kind() {
      return Kind.PIECE;
    }

    public WalSegment segment() {
      return of.segment();
    }

    public TailWriter writer() {
      return of.writer();
    }

    public int from() {
      return from;
    }

    public int to() {
      return to;
    }

    /** A copy of its bytes; empty if they cannot be read any more, because nobody needs them. */
    public Optional<byte[]> copy() throws IOException {
      Optional<byte[]> bytes = of.open().copy(from, to);
      return bytes.isPresent() ? bytes : of.rest().flatMap(rest -> rest.copy(from, to));
    }

    @Override
    public String toString() {
      return of.segment() + " from " + from + " to " + to;
    }
  }

  /**
   * Pieces that nobody needs any more.
   *
   * @param pieces whose
   * @param all whether the whole segment is archived; else only those that larger pieces repeat
   * @param tries how often removing them has failed before
   */
  record PieceRemoval(TailWriter pieces, boolean all, int tries) implements Work {
    @Override
    public Kind kind() {
      return Kind.REMOVAL;
    }
  }
}
