package dev.walden.recovery.plan;

import dev.walden.recovery.EndedTransaction;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.path.DropSearch;
import dev.walden.recovery.path.ReplayableWal;
import dev.walden.wal.Lsn;
import dev.walden.wal.index.WalEvent.DatabaseDropped;
import dev.walden.wal.index.WalEvent.TablespaceDropped;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The databases and tablespaces that are being dropped where recovery stops. */
record UnfinishedDrops(List<DropSearch.Drop> drops, Lsn stop) {

  static UnfinishedDrops of(List<ReplayableWal> coverages, ExactChoice.Chosen chosen)
      throws IOException {
    List<DropSearch.Drop> drops = new ArrayList<>();
    for (ReplayableWal coverage : coverages) {
      if (coverage.backups().contains(chosen.backup())) {
        drops.addAll(new DropSearch(coverage.wal()).unfinishedAt(chosen.stop().lsn()));
      }
    }
    return new UnfinishedDrops(drops, chosen.stop().lsn());
  }

  List<String> warnings() {
    return drops.stream().map(this::text).toList();
  }

  private String text(DropSearch.Drop drop) {
    boolean gone = drop.record().lsn().isBefore(stop);
    String what =
        drop.record() instanceof DatabaseDropped database
            ? "database "
                + database.database()
                + " is being dropped: it is listed, but nobody can connect to it"
                + (gone ? ", and its files are gone" : "")
            : "tablespace "
                + ((TablespaceDropped) drop.record()).tablespace()
                + " is being dropped: it is listed, but its directory is gone";
    return "Where recovery stops, "
        + what
        + ". To have it, recover to "
        + RecoveryTarget.beforeLsn(drop.begin()).text()
        + drop.end()
            .filter(EndedTransaction::commit)
            .map(end -> "; to be rid of it, to " + RecoveryTarget.lsn(end.lsn()).text())
            .orElse("");
  }
}
