package dev.walden.archive;

import dev.walden.archive.storage.Storage;
import dev.walden.archive.storage.StoredObject;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.codec.Decoder;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import java.io.IOException;
import java.util.List;

/** Reads the inventory of an archive's WAL page by page from its storage's listing. */
final class WalListing {
  private static final int PAGE = 1000;

  /** Reads a history that was listed. */
  interface Histories {
    TimelineHistory read(TimelineId timeline) throws IOException;
  }

  private final Storage storage;
  private final ArchiveLayout layout;
  private final ClusterIdentity cluster;
  private final Histories histories;

  WalListing(Storage storage, ArchiveLayout layout, ClusterIdentity cluster, Histories histories) {
    this.storage = storage;
    this.layout = layout;
    this.cluster = cluster;
    this.histories = histories;
  }

  WalInventory read() throws IOException {
    WalInventory.Builder inventory = new WalInventory.Builder(cluster);
    String after = "";
    StoredObject waiting = null;
    while (true) {
      List<StoredObject> page = storage.list(layout.wal(), after, PAGE);
      for (StoredObject object : page) {
        // a plain object counts once its digest, which follows it in the listing, is there
        if (waiting != null && object.name().equals(Digests.companionName(waiting.name()))) {
          add(inventory, waiting);
        }
        if (object.name().endsWith(ArchiveLayout.DIGEST_SUFFIX)) {
          continue;
        }
        boolean plain = Digests.needsCompanion(object.name());
        waiting = plain ? object : waiting;
        if (!plain) {
          add(inventory, object);
        }
      }
      if (page.size() < PAGE) {
        return inventory.build();
      }
      after = page.get(page.size() - 1).name();
    }
  }

  private void add(WalInventory.Builder inventory, StoredObject object) throws IOException {
    WalFileName name = walFileName(object);
    if (name instanceof WalFileName.Segment segment) {
      inventory.segment(segment.segment(cluster.segmentSize()), object.length());
    } else if (name instanceof WalFileName.Partial partial) {
      inventory.partial(partial);
    } else if (name instanceof WalFileName.History history) {
      inventory.history(histories.read(history.timeline()));
    }
  }

  /** The WAL file that an object is, or null if it lies where none belongs or is something else. */
  private WalFileName walFileName(StoredObject object) {
    String plain = Decoder.plainName(object.name());
    try {
      WalFileName name = WalFileName.parse(ArchiveLayout.fileName(plain));
      if (name instanceof WalFileName.Segment segment) {
        segment.segment(cluster.segmentSize());
      }
      return layout.walFile(name).equals(plain) ? name : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
