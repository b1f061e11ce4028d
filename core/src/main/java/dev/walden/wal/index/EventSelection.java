package dev.walden.wal.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Chooses the few events that a condensed outline keeps, and counts the others. */
final class EventSelection {
  private final List<WalEvent> kept = new ArrayList<>();
  private Omissions omissions;
  private int lastCheckpoint = -1;
  private boolean firstCheckpointKept;

  EventSelection(List<WalEvent> events, Omissions before) {
    omissions = before;
    events.forEach(this::look);
  }

  private void look(WalEvent event) {
    if (event instanceof WalEvent.Checkpoint) {
      checkpoint(event);
    } else if (event instanceof WalEvent.FilesDropped drop) {
      Omissions.Period time = new Omissions.Period(drop.time(), drop.time());
      omit(new Omissions(0, 1, Optional.of(time), 0, 0));
    } else if (event instanceof WalEvent.DatabaseDropped) {
      omit(new Omissions(0, 0, Optional.empty(), 1, 0));
    } else if (event instanceof WalEvent.Prepared) {
      omit(new Omissions(0, 0, Optional.empty(), 0, 1));
    } else {
      kept.add(event);
    }
  }

  private void checkpoint(WalEvent event) {
    if (lastCheckpoint >= 0) {
      kept.remove(lastCheckpoint);
      omit(new Omissions(1, 0, Optional.empty(), 0, 0));
      lastCheckpoint = -1;
    }
    if (firstCheckpointKept) {
      lastCheckpoint = kept.size();
    }
    firstCheckpointKept = true;
    kept.add(event);
  }

  private void omit(Omissions more) {
    omissions = omissions.and(more);
  }

  OutlineContents of(OutlineContents contents) {
    return new OutlineContents(
        contents.transactions(), kept, contents.unresolved(), List.of(), omissions);
  }
}
