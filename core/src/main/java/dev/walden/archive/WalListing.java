package dev.walden.archive;

import dev.walden.archive.inventory.RecordedGap;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.FirstLevelNames;
import dev.walden.archive.objects.PlainObjects;
import dev.walden.archive.objects.Sha256Companion;
import dev.walden.cluster.ClusterIdentity;
import dev.walden.codec.Decoder;
import dev.walden.storage.Storage;
import dev.walden.storage.StoredObject;
import dev.walden.storage.reading.PagedListing;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the inventory of an archive's WAL page by page from its storage's listing. */
final class WalListing {
  /** Reads a history that was listed. */
  interface Histories {
    TimelineHistory read(TimelineId timeline) throws IOException;
  }

  private final Storage storage;
  private final ArchiveLayout layout;
  private final ClusterIdentity cluster;
  private final Histories histories;
  private final ArchiveSettings settings;

  WalListing(
      Storage storage,
      ArchiveSettings settings,
      ArchiveLayout layout,
      ClusterIdentity cluster,
      Histories histories) {
    this.storage = storage;
    this.settings = settings;
    this.layout = layout;
    this.cluster = cluster;
    this.histories = histories;
  }

  WalInventory read(List<RecordedGap> gaps) throws IOException {
    WalInventory.Builder inventory = new WalInventory.Builder(cluster);
    gaps.forEach(inventory::gap);
    new PlainObjects(storage).forEach(layout.wal(), object -> add(inventory, object));
    return inventory.build();
  }

  /** The histories alone: what lies in the directories of the timelines is skipped. */
  List<TimelineHistory> histories() throws IOException {
    List<TimelineHistory> found = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>(FirstLevelNames.list(storage, layout.wal()));
    for (String name : names) {
      Optional<WalFileName> file = walName(name);
      if (file.isPresent()
          && file.get() instanceof WalFileName.History history
          && names.contains(Sha256Companion.name(name))) {
        found.add(histories.read(history.timeline()));
      }
    }
    return found;
  }

  /** The first segment after this one that is stored, whole or not, or in pieces. */
  Optional<WalSegment> next(WalSegment segment) throws IOException {
    // '0' follows '.': every object of the segment itself is skipped
    PagedListing listing =
        PagedListing.of(storage, layout.wal(segment.timeline()))
            .skipTo(layout.walFile(segment.fileName()) + "0");
    for (var next = listing.next(); next.isPresent(); next = listing.next()) {
      Optional<WalFileName> file = walFileName(next.get());
      Optional<WalSegment> found =
          file.isPresent() && file.get() instanceof WalFileName.Segment whole
              ? Optional.of(whole.segment(cluster.segmentSize()))
              : tailPiece(next.get()).map(TailPiece::segment);
      // one that is refused for not being encrypted also says that there was more
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private boolean isPossible(WalFileName.Segment segment) {
    try {
      segment.segment(cluster.segmentSize());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Optional<WalFileName> walName(String name) {
    try {
      return Optional.of(WalFileName.parse(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void add(WalInventory.Builder inventory, StoredObject object) throws IOException {
    Optional<WalFileName> found = walFileName(object);
    if (found.isEmpty()) {
      tailPiece(object).ifPresent(piece -> addPiece(inventory, piece, object));
      return;
    }
    WalFileName name = found.get();
    if (name instanceof WalFileName.Segment file) {
      WalSegment segment = file.segment(cluster.segmentSize());
      if (settings.admits(object.name(), segment.end())) {
        inventory.segment(segment, object.length());
      } else {
        inventory.unencrypted(segment, segment.end(), object.name());
      }
    } else if (name instanceof WalFileName.Partial partial) {
      inventory.partial(partial);
    } else if (name instanceof WalFileName.History history) {
      inventory.history(histories.read(history.timeline()));
    }
  }

  private void addPiece(WalInventory.Builder inventory, TailPiece piece, StoredObject object) {
    WalSegment segment = piece.segment();
    if (settings.admits(object.name(), segment.end())) {
      inventory.tailPiece(segment, piece.from(), piece.to(), object.length());
    } else {
      inventory.unencrypted(segment, segment.start().plus(piece.to()), object.name());
    }
  }

  /** The piece that an object is, if it is one where it belongs. */
  private Optional<TailPiece> tailPiece(StoredObject object) {
    String plain = Decoder.plainName(object.name());
    return TailPiece.parse(ArchiveLayout.fileName(plain), cluster.segmentSize())
        .filter(piece -> layout.tailPiece(piece.segment(), piece.toString()).equals(plain));
  }

  /** The WAL file that an object is, unless it lies where none belongs or is something else. */
  private Optional<WalFileName> walFileName(StoredObject object) {
    String plain = Decoder.plainName(object.name());
    return walName(ArchiveLayout.fileName(plain))
        .filter(name -> layout.walFile(name).equals(plain))
        .filter(name -> !(name instanceof WalFileName.Segment segment) || isPossible(segment));
  }
}
