package dev.walden.storage.copies;

import java.util.List;

/**
 * What a repair found and did.
 *
 * @param objects how many different objects were seen
 * @param copies of each copy, in order
 */
public record RepairReport(long objects, List<Copied> copies) {

  public RepairReport {
    copies = List.copyOf(copies);
  }

  /**
   * What became of one copy.
   *
   * @param name what it is called
   * @param objects how many objects it was brought
   * @param bytes how many bytes they have
   * @param failed how many it still lacks, because bringing them failed
   * @param divergent the names of objects that differ from those of an earlier copy; nothing was
   *     done about them. At most {@value Replica#MAX_REMEMBERED}
   * @param divergences how many such objects there are
   * @param error the last that went wrong; empty if nothing did
   * @param compared whether it could be compared to its end
   */
  public record Copied(
      String name,
      long objects,
      long bytes,
      long failed,
      List<String> divergent,
      long divergences,
      String error,
      boolean compared) {

    public Copied {
      divergent = List.copyOf(divergent);
    }

    /** Whether it now has all that any copy has, and nothing else under the same names. */
    public boolean complete() {
      return compared && failed == 0 && divergences == 0;
    }
  }

  /** Whether all copies hold the same now. */
  public boolean complete() {
    return copies.stream().allMatch(Copied::complete);
  }
}
