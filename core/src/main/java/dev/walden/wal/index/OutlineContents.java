package dev.walden.wal.index;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the records of an outline say.
 *
 * @param events in the order of the WAL
 * @param creators the transactions that made files, in ascending order, so that a later commit can
 *     be told to have replaced what it dropped
 */
record OutlineContents(
    TransactionEnds transactions,
    List<WalEvent> events,
    List<UnresolvedRecord> unresolved,
    List<Long> creators,
    Omissions omissions) {
  static final OutlineContents NONE =
      new OutlineContents(TransactionEnds.NONE, List.of(), List.of(), List.of(), Omissions.NONE);

  OutlineContents {
    events = List.copyOf(events);
    unresolved = List.copyOf(unresolved);
    creators = List.copyOf(creators);
  }

  OutlineContents followedBy(OutlineContents next) {
    List<WalEvent> all = new ArrayList<>(events);
    for (WalEvent event : next.events) {
      all.add(event instanceof WalEvent.FilesDropped drop ? drop.replacedBy(creators) : event);
    }
    return new OutlineContents(
        transactions.followedBy(next.transactions),
        all,
        joined(unresolved, next.unresolved),
        List.copyOf(union(creators, next.creators)),
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
