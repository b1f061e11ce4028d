package dev.walden.archive;

import dev.walden.NotArchivedException;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.archive.objects.IndexListing;
import dev.walden.backup.WalRange;
import dev.walden.wal.Lsn;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalSegment;
import dev.walden.wal.WalSegmentSize;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.index.WalOutliner;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What can be told of an archive's WAL without reading it: an outline of each segment, and one of
 * all segments of each 4 GiB. It is a cache: what is missing or damaged is made from the WAL
 * whenever it is asked for, so deleting it loses nothing.
 *
 * <p>An object of this class knows what was stored when it first looked at a timeline. For use by
 * one thread.
 */
public final class WalIndex {
  private final ArchiveStore archive;
  private final WalSegmentSize size;
  private final IndexStore objects;
  private final ArchiveLayout layout;
  private final Map<TimelineId, IndexListing> listings = new HashMap<>();
  private final Map<String, List<WalOutline>> condensed = new HashMap<>();
  private String openedName = "";
  private List<WalOutline> opened = List.of();

  /**
   * What {@link #update} did.
   *
   * @param segments how many segments were read for it
   * @param groups of how many groups of segments one outline was made
   * @param unreadable how many segments could not be read, because what is archived is damaged
   */
  public record Update(long segments, long groups, long unreadable) {}

  WalIndex(ArchiveStore archive, IndexStore objects, ArchiveLayout layout) {
    this.archive = archive;
    this.size = archive.cluster().segmentSize();
    this.objects = objects;
    this.layout = layout;
  }

  /**
   * Outlines of neighbours that together hold exactly a range: one for many segments where they
   * were condensed.
   *
   * @param range of whole segments that the archive holds
   * @throws NotArchivedException if it does not
   */
  public List<WalOutline> condensed(WalRange range) throws IOException {
    List<WalOutline> outlines = new ArrayList<>();
    for (Lsn start = range.start(); start.isBefore(range.end()); ) {
      WalOutline outline = beginning(new WalRange(range.timeline(), start, range.end()));
      outlines.add(outline);
      start = outline.endLsn();
    }
    return outlines;
  }

  /**
   * An outline of the first segment of a range, and of as many after it as were condensed into it;
   * see {@link #condensed}.
   *
   * @throws dev.walden.CorruptFileException if it is not stored, and the segment cannot be read
   */
  public WalOutline beginning(WalRange range) throws IOException {
    WalSegment first = WalSegment.containing(range.timeline(), range.start(), size);
    Optional<WalOutline> many = many(first, size.segmentNumberBefore(range.end()));
    return many.isPresent() ? many.get() : outline(first);
  }

  /** The outline of each segment of a range; see {@link #condensed}. */
  public List<WalOutline> segments(WalRange range) throws IOException {
    List<WalOutline> outlines = new ArrayList<>();
    long last = size.segmentNumberBefore(range.end());
    for (long number = size.segmentNumber(range.start()); number <= last; number++) {
      outlines.add(outline(new WalSegment(range.timeline(), number, size)));
    }
    return outlines;
  }

  /**
   * Completes what is stored: makes what segments lack, and the outlines of many from those of
   * single ones. For a host that has the keys, from time to time. Several at once do no harm.
   */
  public Update update() throws IOException {
    listings.clear();
    Update update = new IndexUpdate(this, objects, layout, size).run(archive.inventory());
    listings.clear();
    return update;
  }

  /** Whether there is one outline of exactly these neighbours. */
  boolean isCondensed(WalSegment first, WalSegment last) throws IOException {
    return many(first, last.number()).stream().anyMatch(o -> o.lastSegment().equals(last))
        && listing(first.timeline()).segments(first).isPresent();
  }

  private WalOutline outline(WalSegment segment) throws IOException {
    Optional<WalOutline> stored = stored(segment);
    return stored.isPresent() ? stored.get() : made(segment);
  }

  IndexListing listing(TimelineId timeline) throws IOException {
    IndexListing listing = listings.get(timeline);
    if (listing == null) {
      listing = new IndexListing(layout, objects.list(timeline));
      listings.put(timeline, listing);
    }
    return listing;
  }

  /** The condensed outline of segments from this one to at most the last one. */
  private Optional<WalOutline> many(WalSegment first, long last) throws IOException {
    Optional<String> name = listing(first.timeline()).condensed(first);
    if (name.isEmpty()) {
      return Optional.empty();
    }
    List<WalOutline> read = condensed.get(name.get());
    if (read == null) {
      read = read(name.get());
      condensed.put(name.get(), read);
    }
    return read.stream()
        .filter(o -> o.firstSegment().equals(first))
        .filter(o -> o.lastSegment().timeline().equals(first.timeline()))
        .filter(o -> o.lastSegment().number() <= last)
        .findFirst();
  }

  Optional<WalOutline> stored(WalSegment segment) throws IOException {
    IndexListing listing = listing(segment.timeline());
    Optional<WalOutline> outline = Optional.empty();
    if (listing.segments(segment).isPresent()) {
      String name = listing.segments(segment).get();
      if (!name.equals(openedName)) {
        opened = read(name);
        openedName = name;
      }
      outline = opened.stream().filter(o -> describes(o, segment)).findFirst();
    }
    if (outline.isEmpty() && listing.segment(segment).isPresent()) {
      outline =
          read(listing.segment(segment).get()).stream()
              .filter(o -> describes(o, segment))
              .findFirst();
    }
    return outline;
  }

  private List<WalOutline> read(String name) throws IOException {
    return objects.read(name).orElse(List.of());
  }

  private static boolean describes(WalOutline outline, WalSegment segment) {
    return outline.firstSegment().equals(segment) && outline.lastSegment().equals(segment);
  }

  WalOutline made(WalSegment segment) throws IOException {
    try (InputStream wal =
        archive
            .open(segment)
            .orElseThrow(() -> new NotArchivedException(segment + " is not in " + archive))) {
      return WalOutliner.outline(segment, wal);
    }
  }
}
