package dev.walden.testing.wal;

import dev.walden.wal.record.RelFileLocator;
import java.util.ArrayList;
import java.util.List;

/**
 * What the end of a transaction contains besides its xid and its time. Immutable; each method
 * returns a changed copy.
 *
 * @param database the session's database; 0 for none
 * @param subtransactions the subtransactions that end with it
 * @param droppedFiles the files that it removes, of dropped, truncated or rewritten relations
 * @param droppedStatistics relations whose statistics it removes, of which {@code relation} is the
 *     OID and {@code tablespace} is not written; left out up to version 14, which has none
 */
public record TransactionParts(
    long database,
    List<Long> subtransactions,
    List<RelFileLocator> droppedFiles,
    List<RelFileLocator> droppedStatistics) {

  public TransactionParts {
    subtransactions = List.copyOf(subtransactions);
    droppedFiles = List.copyOf(droppedFiles);
    droppedStatistics = List.copyOf(droppedStatistics);
  }

  /** Nothing more. */
  public static TransactionParts none() {
    return new TransactionParts(0, List.of(), List.of(), List.of());
  }

  /** Sets the session's database. */
  public TransactionParts inDatabase(long oid) {
    return new TransactionParts(oid, subtransactions, droppedFiles, droppedStatistics);
  }

  /** Adds subtransactions. */
  public TransactionParts with(Long... xids) {
    return new TransactionParts(
        database, and(subtransactions, List.of(xids)), droppedFiles, droppedStatistics);
  }

  /** Adds files to remove. */
  public TransactionParts dropping(RelFileLocator... files) {
    return new TransactionParts(
        database, subtransactions, and(droppedFiles, List.of(files)), droppedStatistics);
  }

  /** Adds relations whose statistics to remove. */
  public TransactionParts droppingStatistics(RelFileLocator... relations) {
    return new TransactionParts(
        database, subtransactions, droppedFiles, and(droppedStatistics, List.of(relations)));
  }

  private static <T> List<T> and(List<T> some, List<T> more) {
    List<T> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }
}
