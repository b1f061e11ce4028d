package dev.walden.archive;

import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalOutline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Stores the outlines of segments as they are archived, and condenses them group by group. */
final class IndexWriter {
  /** Larger groups would take too much memory; {@link WalIndex#update} condenses those. */
  private static final int MAX_KEPT = 256;

  private final IndexStore objects;
  private final ArchiveLayout layout;
  private final TreeMap<WalSegment, WalOutline> kept = new TreeMap<>();

  IndexWriter(IndexStore objects, ArchiveLayout layout) {
    this.objects = objects;
    this.layout = layout;
  }

  /** Stores the outline of one segment that is archived. */
  void add(WalOutline outline) throws IOException {
    objects.put(layout.segmentOutline(outline.firstSegment()), List.of(outline));
    condense(keep(outline));
  }

  /** Keeps an outline, and gives back its group if that is whole now. */
  private synchronized List<WalOutline> keep(WalOutline outline) {
    WalSegment segment = outline.firstSegment();
    long perLog = segment.size().segmentsPerLogFile();
    if (perLog > MAX_KEPT) {
      return List.of();
    }
    kept.put(segment, outline);
    long begin = segment.number() - segment.number() % perLog;
    List<WalOutline> group = new ArrayList<>();
    for (long number = begin; number < begin + perLog; number++) {
      WalOutline member = kept.get(new WalSegment(segment.timeline(), number, segment.size()));
      if (member == null) {
        break;
      }
      group.add(member);
    }
    if (group.size() == perLog) {
      group.forEach(member -> kept.remove(member.firstSegment()));
      return group;
    }
    while (kept.size() > 2 * MAX_KEPT) {
      kept.pollFirstEntry();
    }
    return List.of();
  }

  /** The outlines of the single segments stay: to remove them takes time, and is not urgent. */
  private void condense(List<WalOutline> group) throws IOException {
    Optional<WalOutline> joined = group.isEmpty() ? Optional.empty() : IndexUpdate.join(group);
    if (joined.isPresent()) {
      objects.put(layout.segmentOutlines(joined.get().firstSegment()), group);
      objects.put(layout.condensedOutline(joined.get().firstSegment()), List.of(joined.get()));
    }
  }
}
