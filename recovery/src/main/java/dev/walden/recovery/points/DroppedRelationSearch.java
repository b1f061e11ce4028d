package dev.walden.recovery.points;

import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.path.DropSearch;
import dev.walden.recovery.path.PathScan;
import dev.walden.recovery.path.PathWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalEvent.DatabaseDropped;
import dev.walden.wal.index.WalEvent.FilesDropped;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.record.RelFileLocator;
import dev.walden.wal.record.TransactionBody.End;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds what was dropped, mostly in outlines alone. */
final class DroppedRelationSearch {
  private final TimelineSection section;
  private final TimeRange window;
  private final CatalogNames names;
  private final PointList.Collector<DroppedRelations> found;
  private final PathWal wal;
  private final PathScan scan;
  private final DropSearch drops;

  DroppedRelationSearch(
      TimelineSection section,
      TimeRange window,
      CatalogNames names,
      PointList.Collector<DroppedRelations> found) {
    this.section = section;
    this.window = window;
    this.names = names;
    this.found = found;
    this.wal = section.wal().wal();
    this.scan = new PathScan(wal);
    this.drops = new DropSearch(wal);
  }

  void run() throws IOException {
    look(wal.outlines(), false);
  }

  private void look(List<WalOutline> neighbours, boolean within) throws IOException {
    WalOutline before = null;
    for (WalOutline outline : neighbours) {
      if (found.isFull()) {
        return;
      }
      if (before != null) {
        between(before, outline);
      }
      before = before == null ? outline : PathWal.carried(before, outline);
      if (outline.startLsn().isBefore(section.until())
          && outline.endLsn().isAfter(section.from())) {
        if (outline.segmentCount() == 1) {
          take(outline.events());
        } else if (mayHold(outline) && !within) {
          look(wal.singles(outline), true);
        }
      }
    }
  }

  private boolean mayHold(WalOutline many) {
    return many.omissions().databasesDropped() > 0
        || !many.unresolved().isEmpty()
        || many.omissions()
            .filesDroppedTimes()
            .map(times -> window.meets(times.lowest(), times.highest()))
            .orElse(false);
  }

  /** What the record says that goes over the boundary between two outlines. */
  private void between(WalOutline before, WalOutline after) throws IOException {
    Optional<Lsn> lsn = before.unfinishedRecordLsn().filter(section::contains);
    Optional<WalOutline> joint = lsn.isPresent() ? PathWal.joint(before, after) : Optional.empty();
    if (joint.isEmpty()) {
      return;
    }
    List<WalEvent> events = joint.get().events();
    take(events.subList(before.events().size(), events.size() - after.events().size()));
    boolean unread =
        joint.get().unresolved().size() > before.unresolved().size() + after.unresolved().size();
    if (unread) {
      take(read(lsn.get()));
    }
  }

  private List<WalEvent> read(Lsn lsn) throws IOException {
    List<WalEvent> events = new ArrayList<>();
    try (var records = wal.records(lsn, lsn.plus(1))) {
      if (records.next() && records.record().body().orElse(null) instanceof End end) {
        if (end.outcome().isCommit() && !end.droppedFiles().isEmpty()) {
          events.add(
              new FilesDropped(
                  lsn,
                  records.record().endLsn(),
                  end.xid(),
                  end.time(),
                  end.detail().database(),
                  end.subtransactions(),
                  end.droppedFiles(),
                  false));
        }
      }
    }
    return events;
  }

  private void take(List<WalEvent> events) throws IOException {
    for (WalEvent event : events) {
      if (found.isFull() || !section.contains(event.lsn())) {
        continue;
      }
      if (event instanceof FilesDropped dropped && window.contains(dropped.time())) {
        found.add(files(dropped));
      } else if (event instanceof DatabaseDropped dropped) {
        database(dropped);
      }
    }
  }

  private DroppedRelations files(FilesDropped event) throws IOException {
    List<DroppedFile> files = new ArrayList<>();
    for (RelFileLocator file : event.files()) {
      files.add(new DroppedFile(file, names.relation(file)));
    }
    boolean replaced = event.replaced() || new CreatedBeforeDrop(wal).before(event);
    return new DroppedRelations(
        replaced ? DroppedRelations.Kind.REPLACED : DroppedRelations.Kind.DROPPED,
        section.before(event.lsn()),
        event.xid(),
        Optional.of(event.time()),
        event.database(),
        names.database(event.database()),
        files);
  }

  /** Its record has no time: that of the next transaction's end is the nearest. */
  private void database(DatabaseDropped event) throws IOException {
    Optional<DropSearch.Drop> drop = drops.of(event);
    if (drop.isEmpty()) {
      return;
    }
    Optional<EndedTransaction> next = scan.firstFrom(event.lsn());
    Optional<EndedTransaction> nearest = next.isPresent() ? next : scan.lastBefore(event.lsn());
    if (nearest.isEmpty() || window.contains(nearest.get().time())) {
      found.add(
          new DroppedRelations(
              DroppedRelations.Kind.DATABASE,
              section.before(drop.get().begin()),
              event.xid(),
              next.map(EndedTransaction::time),
              event.database(),
              names.database(event.database()),
              List.of()));
    }
  }
}
