package dev.walden.storage.copies;

import java.util.List;

/**
 * The status of one copy.
 *
 * @param name its name
 * @param reachable whether it answered the last request, or was not asked yet
 * @param lastError its last failure, even if it has recovered; empty if none
 * @param waiting how many objects are queued for it in the background
 * @param overflowed whether it lacks more objects than the queue holds; {@link
 *     CopiedStorage#repair} finds them
 * @param damaged the names of objects found damaged here when read, at most {@value
 *     Replica#MAX_REMEMBERED}
 * @param divergent the names of objects found to differ from those of other copies, at most {@value
 *     Replica#MAX_REMEMBERED}
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

  /** Whether it answers and is not known to lack objects or hold wrong ones. */
  public boolean healthy() {
    return reachable && waiting == 0 && !overflowed && damaged.isEmpty() && divergent.isEmpty();
  }
}
