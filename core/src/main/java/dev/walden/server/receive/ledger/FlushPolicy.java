package dev.walden.server.receive.ledger;

import java.time.Duration;

/** When WAL counts as flushed, so that the server may remove it and let commits return. */
public sealed interface FlushPolicy {

  /** Once its whole segment is in the archive. */
  record WholeSegments() implements FlushPolicy {
    @Override
    public Abandonment abandonment(int verified, boolean beyondSwitch) {
      return verified > 0 && beyondSwitch ? Abandonment.PARTIAL : Abandonment.NOTHING;
    }
  }

  /** Once it is forced to the spool's disk. */
  record Spooled() implements FlushPolicy {
    @Override
    public Abandonment abandonment(int verified, boolean beyondSwitch) {
      return verified > 0 ? Abandonment.PARTIAL : Abandonment.NOTHING;
    }
  }

  /**
   * Once it is in the archive, in pieces of the open segment or whole.
   *
   * @param interval how long verified bytes wait for more before they become a piece
   * @param bytes how many do not wait any longer
   */
  record Pieces(Duration interval, int bytes) implements FlushPolicy {
    @Override
    public Abandonment abandonment(int verified, boolean beyondSwitch) {
      return beyondSwitch ? Abandonment.REST : Abandonment.NOTHING;
    }
  }

  /** What is kept of a segment that its timeline will never complete. */
  enum Abandonment {
    NOTHING,
    /** All that is valid, as a partial segment. */
    PARTIAL,
    /** What is not stored in pieces yet, as a piece. */
    REST
  }

  /**
   * What is kept of an abandoned segment: what was acknowledged, and what the next timeline does
   * not repeat.
   *
   * @param verified how many of its bytes are valid
   * @param beyondSwitch whether some of them lie beyond the point where the next timeline begins
   */
  Abandonment abandonment(int verified, boolean beyondSwitch);
}
