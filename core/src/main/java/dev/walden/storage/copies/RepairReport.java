package dev.walden.storage.copies;

import java.util.List;

/**
 * What a repair found and did.
 *
 * @param objects how many distinct objects were seen
 * @param copies of each copy, in order
 */
public record RepairReport(long objects, List<Copied> copies) {

  public RepairReport {
    copies = List.copyOf(copies);
  }

  /**
   * The outcome for one copy.
   *
   * @param name its name
   * @param objects how many objects it received
   * @param bytes their total length
   * @param failed how many it still lacks, because copying them failed
   * @param damaged objects that differ from those of other copies, and are the damaged ones, at
   *     most {@value Replica#MAX_REMEMBERED}; to be removed here, then repaired again
   * @param divergent the names of objects that differ from those of other copies, where it cannot
   *     be told which is right, at most {@value Replica#MAX_REMEMBERED}
   * @param divergences the number of those objects
   * @param error the last failure; empty if none
   * @param compared whether its whole listing was compared
   */
  public record Copied(
      String name,
      long objects,
      long bytes,
      long failed,
      List<Damage> damaged,
      List<String> divergent,
      long divergences,
      String error,
      boolean compared) {

    public Copied {
      damaged = List.copyOf(damaged);
      divergent = List.copyOf(divergent);
    }

    /** Whether it now has every object of every copy, with the same content. */
    public boolean complete() {
      return compared && failed == 0 && damaged.isEmpty() && divergences == 0;
    }
  }

  /**
   * A damaged object, which was left as it is.
   *
   * @param reason how it is known to be damaged
   */
  public record Damage(String name, String reason) {}

  /** Whether all copies now hold the same objects. */
  public boolean complete() {
    return copies.stream().allMatch(Copied::complete);
  }
}
