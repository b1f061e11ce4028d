package dev.walden.storage.copies;

import java.util.List;

/**
 * How one of the copies is.
 *
 * @param name what it is called
 * @param reachable whether it answered when it was asked last, or was not asked yet
 * @param lastError the last that went wrong with it, even if all is well again; empty if nothing
 *     did
 * @param waiting how many objects it is known to lack, which the background will bring it
 * @param overflowed whether it lacks more than could be remembered; {@link CopiedStorage#repair}
 *     finds them
 * @param damaged the names of objects that proved damaged here when they were read, at most {@value
 *     Replica#MAX_REMEMBERED}
 * @param divergent the names of objects that differ from those of an earlier copy, as far as that
 *     was noticed, at most {@value Replica#MAX_REMEMBERED}
 */
public record CopyStatus(
    String name,
    boolean reachable,
    String lastError,
    int waiting,
    boolean overflowed,
    List<String> damaged,
    List<String> divergent) {

  public CopyStatus {
    damaged = List.copyOf(damaged);
    divergent = List.copyOf(divergent);
  }

  /** Whether it answers and nothing is known to be missing or wrong. */
  public boolean healthy() {
    return reachable && waiting == 0 && !overflowed && damaged.isEmpty() && divergent.isEmpty();
  }
}
