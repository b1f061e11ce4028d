package dev.walden.recovery.plan;

import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTarget.Transaction;
import dev.walden.recovery.plan.StopSearch.Ended;
import dev.walden.wal.index.WalEvent;
import dev.walden.wal.index.WalEvent.Checkpoint;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Where a transaction ended. WAL holds 32 bits of its ID. */
final class TransactionSearch {
  private static final long EPOCH = 1L << 32;

  private final ReplayableWal coverage;
  private final Transaction wanted;

  TransactionSearch(ReplayableWal coverage, Transaction wanted) {
    this.coverage = coverage;
    this.wanted = wanted;
  }

  List<TargetRecord> occurrences() throws IOException {
    List<TargetRecord> found = new ArrayList<>();
    for (Ended ended : new StopSearch(coverage.wal()).ends(wanted.xid32())) {
      OptionalLong full = fullXid(ended);
      if (wanted.xid() < EPOCH || full.isEmpty() || full.getAsLong() == wanted.xid()) {
        found.add(occurrence(ended));
      }
    }
    return found;
  }

  private TargetRecord occurrence(Ended ended) {
    RecoveryTarget target =
        ended.own() ? wanted : new Transaction(ended.transaction().xid(), wanted.inclusive());
    String text =
        ended.transaction()
            + (ended.own() ? "" : ", of which " + wanted.xid32() + " is a subtransaction");
    return new TargetRecord(coverage, ended.transaction().lsn(), target, text);
  }

  /** The 64 bits of the wanted ID at that place, by a checkpoint before it. */
  private OptionalLong fullXid(Ended ended) {
    OptionalLong next = OptionalLong.empty();
    // of each outline, since of many only the first and the last of all are left
    for (WalOutline outline : coverage.wal().outlines()) {
      for (WalEvent event : outline.events()) {
        if (event instanceof Checkpoint checkpoint
            && (next.isEmpty() || !event.lsn().isAfter(ended.transaction().lsn()))) {
          next = OptionalLong.of(checkpoint.nextXid());
        }
      }
    }
    if (next.isEmpty()) {
      return next;
    }
    // of the IDs with these 32 bits the one closest to the next that was to be given
    long ahead = (int) (wanted.xid32() - next.getAsLong());
    return OptionalLong.of(next.getAsLong() + ahead);
  }
}
