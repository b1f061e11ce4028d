package dev.walden.archive;

import dev.walden.CorruptFileException;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.IndexListing;
import dev.walden.backup.WalRange;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Completes the index of an archive: what segments lack is made from the WAL, and condensed. */
final class IndexUpdate {
  private final WalIndex index;
  private final IndexStore objects;
  private final ArchiveLayout layout;
  private final WalSegmentSize size;
  private long made;
  private long condensed;
  private long unreadable;

  IndexUpdate(WalIndex index, IndexStore objects, ArchiveLayout layout, WalSegmentSize size) {
    this.index = index;
    this.objects = objects;
    this.layout = layout;
    this.size = size;
  }

  WalIndex.Update run(WalInventory wal) throws IOException {
    for (var timeline : wal.timelines()) {
      for (WalRange range : wal.ranges(timeline)) {
        long last = size.segmentNumberBefore(range.end());
        for (long first = size.segmentNumber(range.start()); first <= last; ) {
          long end = Math.min(last, lastOfLog(first));
          log(new WalSegment(timeline, first, size), new WalSegment(timeline, end, size));
          first = end + 1;
        }
      }
    }
    return new WalIndex.Update(made, condensed, unreadable);
  }

  private long lastOfLog(long number) {
    long perLog = size.segmentsPerLogFile();
    return number - number % perLog + perLog - 1;
  }

  /** Indexes neighbours that share the first digits of their names. */
  private void log(WalSegment first, WalSegment last) throws IOException {
    if (index.isCondensed(first, last)) {
      removeSingles(first, last);
      return;
    }
    boolean whole = last.number() == lastOfLog(last.number());
    List<WalOutline> outlines = new ArrayList<>();
    for (long number = first.number(); number <= last.number(); number++) {
      WalSegment segment = new WalSegment(first.timeline(), number, size);
      Optional<WalOutline> stored = index.stored(segment);
      if (stored.isEmpty()) {
        stored = make(segment, !whole);
      }
      whole &= stored.isPresent();
      stored.ifPresent(outlines::add);
    }
    Optional<WalOutline> joined = whole ? join(outlines) : Optional.empty();
    if (joined.isPresent()) {
      condense(outlines, joined.get());
    } else {
      for (WalOutline outline : outlines) {
        objects.put(layout.segmentOutline(outline.firstSegment()), List.of(outline));
      }
    }
  }

  /** The outline of a segment; empty if what the archive holds cannot be read. */
  private Optional<WalOutline> make(WalSegment segment, boolean store) throws IOException {
    WalOutline outline;
    try {
      outline = index.made(segment);
    } catch (CorruptFileException e) {
      unreadable++;
      return Optional.empty();
    }
    made++;
    // what is there is damaged, or it would have been read
    delete(index.listing(segment.timeline()).segment(segment));
    if (store) {
      objects.put(layout.segmentOutline(segment), List.of(outline));
    }
    return Optional.of(outline);
  }

  /** Stores the outlines of a group; those of its single segments go last. */
  private void condense(List<WalOutline> outlines, WalOutline joined) throws IOException {
    WalSegment first = joined.firstSegment();
    IndexListing listing = index.listing(first.timeline());
    delete(listing.segments(first));
    delete(listing.condensed(first));
    objects.put(layout.segmentOutlines(first), outlines);
    objects.put(layout.condensedOutline(first), List.of(joined));
    removeSingles(first, joined.lastSegment());
    condensed++;
  }

  private void removeSingles(WalSegment first, WalSegment last) throws IOException {
    IndexListing listing = index.listing(first.timeline());
    for (long number = first.number(); number <= last.number(); number++) {
      delete(listing.segment(new WalSegment(first.timeline(), number, size)));
    }
  }

  private void delete(Optional<String> objectName) throws IOException {
    if (objectName.isPresent()) {
      objects.delete(objectName.get());
    }
  }

  /** One outline of all, if they go on from one another. */
  static Optional<WalOutline> join(List<WalOutline> outlines) {
    Optional<WalOutline> joined = Optional.of(outlines.get(0).condensed());
    for (int i = 1; i < outlines.size() && joined.isPresent(); i++) {
      joined = joined.get().followedBy(outlines.get(i).condensed()).map(WalOutline::condensed);
    }
    return joined;
  }
}
