package dev.walden.recovery.path;

import dev.walden.archive.ArchiveStore;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.TimelineId;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;

/** Which segments and histories an archive holds: now, or when its inventory was read. */
public interface ArchiveHoldings {
  /** See {@link ArchiveStore#nextSegment}. */
  Optional<WalSegment> next(WalSegment segment) throws IOException;

  Collection<TimelineHistory> histories() throws IOException;

  /** Whether the history file of a timeline is archived. */
  boolean hasHistory(TimelineId timeline) throws IOException;

  /** An object with WAL of a segment that is not read, as it must be encrypted and is not. */
  Optional<String> unencrypted(WalSegment segment) throws IOException;

  /** Whether the archive holds a segment or pieces of it. */
  default boolean holds(WalSegment segment) throws IOException {
    return next(new WalSegment(segment.timeline(), segment.number() - 1, segment.size()))
        .equals(Optional.of(segment));
  }

  /** What an archive holds whenever it is asked. */
  static ArchiveHoldings of(ArchiveStore archive) {
    return new ArchiveHoldings() {
      @Override
      public Optional<WalSegment> next(WalSegment segment) throws IOException {
        return archive.nextSegment(segment);
      }

      @Override
      public Collection<TimelineHistory> histories() throws IOException {
        return archive.histories();
      }

      @Override
      public boolean hasHistory(TimelineId timeline) throws IOException {
        return archive.contains(new WalFileName.History(timeline));
      }

      @Override
      public Optional<String> unencrypted(WalSegment segment) {
        return Optional.empty(); // reading it fails
      }
    };
  }

  /** What an archive held. */
  static ArchiveHoldings of(WalInventory wal) {
    return new ArchiveHoldings() {
      @Override
      public Optional<WalSegment> next(WalSegment segment) {
        return wal.next(segment);
      }

      @Override
      public Collection<TimelineHistory> histories() {
        return wal.histories().values();
      }

      @Override
      public boolean hasHistory(TimelineId timeline) {
        return wal.histories().containsKey(timeline);
      }

      @Override
      public Optional<String> unencrypted(WalSegment segment) {
        return wal.unencrypted(segment);
      }
    };
  }
}
