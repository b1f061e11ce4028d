package dev.walden.recovery.points;

import dev.walden.recovery.path.PathWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalEvent.FilesDropped;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks backwards for the files that a transaction made, as far as it can have begun. */
final class CreatedBeforeDrop {
  private final PathWal wal;

  CreatedBeforeDrop(PathWal wal) {
    this.wal = wal;
  }

  /** Whether the transaction that dropped files made others before. */
  boolean before(FilesDropped event) throws IOException {
    List<Long> xids = new ArrayList<>(event.subtransactions());
    xids.add(event.xid());
    WalOutline later = null;
    for (int i = at(event.lsn()); i >= 0; i--) {
      List<WalOutline> singles = wal.singles(wal.outlines().get(i));
      for (int k = singles.size() - 1; k >= 0; k--) {
        WalOutline single = singles.get(k);
        if (!single.startLsn().isAfter(event.lsn())) {
          if (creators(single, later).stream().anyMatch(xids::contains)) {
            return true;
          }
          if (single.events().stream().anyMatch(e -> precedes(e, event.xid()))) {
            return false;
          }
          later = single;
        }
      }
    }
    return false;
  }

  private int at(Lsn lsn) {
    int at = wal.outlines().size() - 1;
    while (at > 0 && wal.outlines().get(at).startLsn().isAfter(lsn)) {
      at--;
    }
    return at;
  }

  /** Those of an outline, and of the record that continues in the next one. */
  private static List<Long> creators(WalOutline outline, @Nullable WalOutline later) {
    return later == null
        ? outline.fileCreatorXids()
        : outline
            .followedBy(later)
            .map(WalOutline::fileCreatorXids)
            .orElse(outline.fileCreatorXids());
  }

  /** Whether an event is a checkpoint before which the transaction had not begun. */
  private static boolean precedes(WalEvent event, long xid) {
    return event instanceof WalEvent.Checkpoint checkpoint
        && (int) (xid - checkpoint.nextXid()) >= 0;
  }
}
