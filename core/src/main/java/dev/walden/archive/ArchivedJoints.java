package dev.walden.archive;

import dev.walden.ArchiveConflictException;
import dev.walden.ArchiveException;
import dev.walden.StorageUnavailableException;
import dev.walden.WrongKeyException;
import dev.walden.archive.inventory.SegmentLookup;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.storage.StoredObject;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.index.WalOutliner;
import dev.walden.wal.record.SegmentJoint;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The joints of a segment that is to be archived: it must continue what the archive holds before
 * it, on the timeline's path, and what the archive holds after it, on its timeline, must continue
 * it. {@link SegmentJoint} decides. What is not archived, or cannot be read here, tells nothing.
 *
 * <p>Safe for use by many threads.
 */
final class ArchivedJoints {
  private static final Logger LOG = LoggerFactory.getLogger(ArchivedJoints.class);
  private static final int MOST_KEPT = 16;

  private final WalFileStore wal;
  private final IndexStore index;
  private final ArchiveLayout layout;
  private final ConflictAdvice advice;
  private final Map<WalSegment, WalOutline> kept = new LinkedHashMap<>();
  private final Map<TimelineId, TimelineHistory> known =
      new ConcurrentHashMap<>(Map.of(TimelineId.FIRST, TimelineHistory.first()));

  ArchivedJoints(WalFileStore wal, IndexStore index, ArchiveLayout layout, ConflictAdvice advice) {
    this.wal = wal;
    this.index = index;
    this.layout = layout;
    this.advice = advice;
  }

  /**
   * Checks both joints.
   *
   * @throws ArchiveConflictException if one of them is broken
   * @throws dev.walden.StorageUnavailableException if nobody can tell what is archived
   */
  void check(OfferedSegment offered) throws IOException {
    Optional<WalSegment> before = before(offered.segment());
    if (before.isPresent()) {
      check(before.get(), offered, true);
    }
    check(offered.segment().next(), offered, false);
  }

  /** A segment is archived: its records need not be read again for the next one. */
  void archived(OfferedSegment offered) {
    offered.known().ifPresent(this::keep);
  }

  private synchronized void keep(WalOutline outline) {
    kept.put(outline.firstSegment(), outline);
    if (kept.size() > MOST_KEPT) {
      kept.remove(kept.keySet().iterator().next());
    }
  }

  private synchronized Optional<WalOutline> kept(WalSegment segment) {
    return Optional.ofNullable(kept.get(segment));
  }

  private synchronized void forget(WalSegment segment) {
    kept.remove(segment);
  }

  /** The file that recovery reads before a segment. */
  private Optional<WalSegment> before(WalSegment segment) throws IOException {
    if (segment.number() == 0) {
      return Optional.empty();
    }
    Optional<TimelineHistory> history = history(segment.timeline());
    return Optional.of(
        history.isPresent()
            ? new SegmentLookup(history.get(), segment.size()).rightFile(segment.number() - 1)
            : new WalSegment(segment.timeline(), segment.number() - 1, segment.size()));
  }

  private Optional<TimelineHistory> history(TimelineId timeline) throws IOException {
    TimelineHistory before = known.get(timeline);
    if (before != null || wal.reachable(new WalFileName.History(timeline)).isEmpty()) {
      return Optional.ofNullable(before);
    }
    try {
      TimelineHistory read = wal.history(timeline);
      known.put(timeline, read);
      return Optional.of(read);
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (ArchiveException e) {
      LOG.warn("the history of timeline {} cannot be read: {}", timeline, e.getMessage());
      return Optional.empty();
    }
  }

  private void check(WalSegment neighbour, OfferedSegment offered, boolean isBefore)
      throws IOException {
    Optional<WalOutline> held = kept(neighbour);
    if (held.isEmpty() && isArchived(neighbour)) {
      held = stored(neighbour);
    }
    if (held.isEmpty() || offered.outline().isEmpty()) {
      return;
    }
    SegmentJoint joint = joint(held.get(), offered, isBefore);
    if (joint.verdict() == SegmentJoint.Verdict.CONFLICT) {
      // an outline may be of a segment that was removed
      forget(neighbour);
      held = isArchived(neighbour) ? read(neighbour) : Optional.empty();
      joint = held.isPresent() ? joint(held.get(), offered, isBefore) : joint;
      if (held.isPresent() && joint.verdict() == SegmentJoint.Verdict.CONFLICT) {
        throw conflict(neighbour, offered.segment(), isBefore, joint);
      }
    }
    if (joint.verdict() == SegmentJoint.Verdict.UNKNOWN) {
      LOG.info(
          "nobody can tell whether one server wrote {} and the archived {}: {}",
          offered.segment(),
          neighbour,
          joint.reason());
    }
  }

  private static SegmentJoint joint(WalOutline held, OfferedSegment offered, boolean isBefore)
      throws IOException {
    WalOutline other = offered.outline().orElseThrow();
    return isBefore ? held.joint(other) : other.joint(held);
  }

  private boolean isArchived(WalSegment segment) throws IOException {
    return wal.reachable(segment.fileName()).isPresent();
  }

  /** What the records of an archived segment tell; empty if nobody can read it here. */
  private Optional<WalOutline> stored(WalSegment segment) throws IOException {
    Optional<WalOutline> indexed = Optional.empty();
    try {
      indexed =
          index.readOwn(layout.segmentOutline(segment)).stream()
              .flatMap(outlines -> outlines.stream())
              .filter(outline -> outline.firstSegment().equals(segment))
              .filter(outline -> outline.lastSegment().equals(segment))
              .findFirst();
    } catch (WrongKeyException e) {
      LOG.debug("no key for the outline of {}", segment, e);
    }
    return indexed.isPresent() ? indexed : read(segment);
  }

  private Optional<WalOutline> read(WalSegment segment) throws IOException {
    try {
      Optional<InputStream> opened = wal.open(segment);
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      try (InputStream in = opened.get()) {
        return Optional.of(WalOutliner.outline(segment, in));
      }
    } catch (WrongKeyException e) {
      LOG.debug("no key for the archived {}", segment, e);
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (ArchiveException e) {
      LOG.warn("the archived {} cannot be compared: {}", segment, e.getMessage());
    }
    return Optional.empty();
  }

  private ArchiveConflictException conflict(
      WalSegment neighbour, WalSegment offered, boolean isBefore, SegmentJoint joint)
      throws IOException {
    String object =
        wal.reachable(neighbour.fileName()).map(StoredObject::name).orElse("" + neighbour);
    return new ArchiveConflictException(
        offered
            + (isBefore ? " does not continue " : " is not continued by ")
            + object
            + ", which the archive holds: "
            + joint.reason()
            + ". Another server wrote one of them, such as a copy that was never promoted, or one"
            + " is damaged. Nothing was archived. "
            + advice.text(neighbour));
  }
}
