package dev.walden.wal.index;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The content of an outline's records.
 *
 * @param events in the order of the WAL
 * @param fileCreatorXids the transactions that created files, in ascending order, to detect that a
 *     later commit replaced the files it dropped
 */
record OutlineContents(
    TransactionEnds transactions,
    List<WalEvent> events,
    List<UnresolvedRecord> unresolved,
    List<Long> fileCreatorXids,
    Omissions omissions) {
  static final OutlineContents NONE =
      new OutlineContents(TransactionEnds.NONE, List.of(), List.of(), List.of(), Omissions.NONE);

  OutlineContents {
    events = List.copyOf(events);
    unresolved = List.copyOf(unresolved);
    fileCreatorXids = List.copyOf(fileCreatorXids);
  }

  OutlineContents followedBy(OutlineContents next) {
    List<WalEvent> all = new ArrayList<>(events);
    for (WalEvent event : next.events) {
      all.add(
          event instanceof WalEvent.FilesDropped drop ? drop.replacedBy(fileCreatorXids) : event);
    }
    return new OutlineContents(
        transactions.followedBy(next.transactions),
        all,
        joined(unresolved, next.unresolved),
        List.copyOf(union(fileCreatorXids, next.fileCreatorXids)),
        omissions.and(next.omissions));
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  private static SortedSet<Long> union(Collection<Long> first, Collection<Long> second) {
    SortedSet<Long> all = new TreeSet<>(first);
    all.addAll(second);
    return all;
  }

  /** Without what {@link Omissions} counts. */
  OutlineContents condensed() {
    return new EventSelection(events, omissions).of(this);
  }
}
