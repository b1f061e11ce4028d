package dev.walden.wal.record;

import dev.walden.wal.Lsn;
import dev.walden.wal.record.RecordChain.First;
import java.util.Optional;

/**
 * Whether a segment continues the one before it, by the record over their boundary or else by the
 * back link of the first record that begins in it. Two servers that were one, of which neither was
 * promoted, have one system identifier and one timeline: nothing else tells their WAL apart.
 *
 * <pre>
 *   the segment before     the segment                  verdict
 *   ------------------     -----------                  -------
 *   ends with its records  links to the last of them    CONTINUES
 *   ends within a record   has the rest of it, valid    CONTINUES
 *   ends within a record   overwrites it, by its place  CONTINUES
 *   ends with a SWITCH     links to that                CONTINUES
 *   any                    contradicts it               CONFLICT
 *   holds invalid WAL      any                          UNKNOWN
 *   any                    begins with no valid record  UNKNOWN
 *   any                    has a first record without   UNKNOWN: initdb and pg_resetwal write it
 *                          a record before it
 * </pre>
 *
 * <p>Where a timeline begins, the segment before it is its parent's. A verdict of {@code CONTINUES}
 * does not prove that one server wrote both: copies that wrote alike at first have equal links.
 *
 * @param reason what contradicts, or why nobody can tell; empty if the segment continues
 */
public record SegmentJoint(Verdict verdict, String reason) {

  /** What two segments tell. */
  public enum Verdict {
    CONTINUES,
    /** Nobody can tell. */
    UNKNOWN,
    /** Different servers wrote them, or one of them is damaged. */
    CONFLICT
  }

  private static final RecordFilter NOTHING = (manager, info) -> false;
  private static final SegmentJoint CONTINUES = new SegmentJoint(Verdict.CONTINUES, "");

  /**
   * Decides.
   *
   * @param left of the segment before
   * @param right of the segment, or of the beginning of it that is known
   * @throws IllegalArgumentException if they are no neighbours
   */
  public static SegmentJoint of(RecordChain left, RecordChain right) {
    if (left.lastSegment().number() + 1 != right.firstSegment().number()
        || !left.lastSegment().size().equals(right.firstSegment().size())) {
      throw new IllegalArgumentException(
          left.lastSegment() + " and " + right.firstSegment() + " are no neighbours");
    }
    if (left.end().isPresent() && !left.mayBeSwitched()) {
      return unknown("valid WAL of " + left.lastSegment() + " ends inside: " + left.end().get());
    }
    if (right.first().flatMap(First::previous).equals(Optional.of(Lsn.ZERO))) {
      return unknown(
          right.firstSegment() + " begins with the first record of initdb or pg_resetwal");
    }
    if (right.end().isPresent() && right.first().isEmpty() && !tellsOfHead(right)) {
      return unknown(right.firstSegment() + " begins with no valid record");
    }
    try {
      left.followedBy(right, NOTHING, SegmentObserver.NONE);
      return CONTINUES;
    } catch (BrokenChainException e) {
      return new SegmentJoint(Verdict.CONFLICT, e.getMessage());
    }
  }

  /** Whether what becomes of an earlier record is known, though none begins after it. */
  private static boolean tellsOfHead(RecordChain right) {
    return right
        .head()
        .filter(head -> head.fate() != RecordChain.Fate.BROKEN)
        .filter(head -> !head.isOverwritten() || head.at().isPresent())
        .isPresent();
  }

  private static SegmentJoint unknown(String reason) {
    return new SegmentJoint(Verdict.UNKNOWN, reason);
  }
}
