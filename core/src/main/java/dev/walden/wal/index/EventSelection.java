package dev.walden.wal.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Chooses the few events that a condensed outline keeps, and counts the others. */
final class EventSelection {
  private final List<WalEvent> kept = new ArrayList<>();
  private final Set<WalEvent> paired = new HashSet<>();
  private Omissions omissions;
  private int lastCheckpoint = -1;
  private boolean firstCheckpointKept;

  EventSelection(List<WalEvent> events, Omissions before) {
    omissions = before;
    findPairs(events);
    events.forEach(this::look);
  }

  /** Prepared transactions whose end is known no longer matter. */
  private void findPairs(List<WalEvent> events) {
    Map<Long, WalEvent> pending = new HashMap<>();
    for (WalEvent event : events) {
      if (event instanceof WalEvent.Prepared prepared) {
        pending.put(prepared.xid(), event);
      } else if (event instanceof WalEvent.PreparedEnd end && pending.containsKey(end.xid())) {
        paired.add(pending.remove(end.xid()));
        paired.add(event);
      }
    }
  }

  private void look(WalEvent event) {
    if (event instanceof WalEvent.Checkpoint) {
      checkpoint(event);
    } else if (event instanceof WalEvent.FilesDropped drop) {
      Omissions.Period time = new Omissions.Period(drop.time(), drop.time());
      omit(new Omissions(0, 1, Optional.of(time), 0, 0));
    } else if (event instanceof WalEvent.DatabaseDropped) {
      omit(new Omissions(0, 0, Optional.empty(), 1, 0));
    } else if (!paired.contains(event)) {
      kept.add(event);
    } else if (event instanceof WalEvent.Prepared) {
      omit(new Omissions(0, 0, Optional.empty(), 0, 1));
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
