package dev.walden.archive;

import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.FirstLevelNames;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.codec.Decoder;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

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

  WalInventory read(List<RecordedGap> gaps) throws IOException {
    WalInventory.Builder inventory = new WalInventory.Builder(cluster);
    gaps.forEach(inventory::gap);
    String after = "";
    Deque<StoredObject> waiting = new ArrayDeque<>();
    while (true) {
      List<StoredObject> page = storage.list(layout.wal(), after, PAGE);
      for (StoredObject object : page) {
        // between a plain object and its digest come only names that begin with the object's
        while (!waiting.isEmpty() && !object.name().startsWith(waiting.peek().name())) {
          waiting.pop();
        }
        if (object.name().endsWith(ArchiveLayout.DIGEST_SUFFIX)) {
          if (!waiting.isEmpty() && isDigest(object, waiting.peek())) {
            add(inventory, waiting.pop());
          }
        } else if (Sha256Companion.needsCompanion(object.name())) {
          waiting.push(object);
        } else {
          add(inventory, object);
        }
      }
      if (page.size() < PAGE) {
        return inventory.build();
      }
      after = page.get(page.size() - 1).name();
    }
  }

  /** The histories alone: what lies in the directories of the timelines is skipped. */
  List<TimelineHistory> histories() throws IOException {
    List<TimelineHistory> found = new ArrayList<>();
    for (String name : FirstLevelNames.list(storage, layout.wal())) {
      // histories are stored plain, and count once their digest is there
      if (walName(name) instanceof WalFileName.History history
          && storage.find(Sha256Companion.companionName(layout.wal() + name)).isPresent()) {
        found.add(histories.read(history.timeline()));
      }
    }
    return found;
  }

  /** The first segment after this one that is stored, whole or not, or in pieces. */
  Optional<WalSegment> next(WalSegment segment) throws IOException {
    // '0' follows '.': every object of the segment itself is skipped
    String after = layout.walFile(segment.fileName()) + "0";
    while (true) {
      List<StoredObject> page = storage.list(layout.wal(segment.timeline()), after, PAGE);
      for (StoredObject object : page) {
        if (walFileName(object) instanceof WalFileName.Segment next) {
          return Optional.of(next.segment(cluster.segmentSize()));
        }
        Optional<TailPiece> piece = tailPiece(object);
        if (piece.isPresent()) {
          return Optional.of(piece.get().segment());
        }
      }
      if (page.size() < PAGE) {
        return Optional.empty();
      }
      after = page.get(page.size() - 1).name();
    }
  }

  private boolean isPossible(WalFileName.Segment segment) {
    try {
      segment.segment(cluster.segmentSize());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static WalFileName walName(String name) {
    try {
      return WalFileName.parse(name);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isDigest(StoredObject object, StoredObject of) {
    return object.name().equals(Sha256Companion.companionName(of.name()));
  }

  private void add(WalInventory.Builder inventory, StoredObject object) throws IOException {
    WalFileName name = walFileName(object);
    if (name instanceof WalFileName.Segment segment) {
      inventory.segment(segment.segment(cluster.segmentSize()), object.length());
    } else if (name instanceof WalFileName.Partial partial) {
      inventory.partial(partial);
    } else if (name instanceof WalFileName.History history) {
      inventory.history(histories.read(history.timeline()));
    } else if (name == null) {
      tailPiece(object)
          .ifPresent(
              piece ->
                  inventory.tailPiece(piece.segment(), piece.from(), piece.to(), object.length()));
    }
  }

  /** The piece that an object is, if it is one where it belongs. */
  private Optional<TailPiece> tailPiece(StoredObject object) {
    String plain = Decoder.plainName(object.name());
    return TailPiece.parse(ArchiveLayout.fileName(plain), cluster.segmentSize())
        .filter(piece -> layout.tailPiece(piece.segment(), piece.toString()).equals(plain));
  }

  /** The WAL file that an object is, or null if it lies where none belongs or is something else. */
  private WalFileName walFileName(StoredObject object) {
    String plain = Decoder.plainName(object.name());
    WalFileName name = walName(ArchiveLayout.fileName(plain));
    if (name == null || !layout.walFile(name).equals(plain)) {
      return null;
    }
    return name instanceof WalFileName.Segment segment && !isPossible(segment) ? null : name;
  }
}
