package dev.walden.testing.wal;

import dev.walden.archive.ArchiveStore;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.TimelineHistory;
import dev.walden.wal.WalFileName;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The current files of a timeline, and ways to store them. */
final class TimelineFiles {
  private final TimelineHistory history;
  private final GeneratedPages pages;

  TimelineFiles(TimelineHistory history, GeneratedPages pages) {
    this.history = history;
    this.pages = pages;
  }

  Optional<GeneratedSegment> find(WalSegment segment) {
    return Optional.ofNullable(pages.segments().get(segment.number()))
        .filter(found -> found.segment().equals(segment));
  }

  private Stream<GeneratedSegment> segments(boolean complete) {
    return pages.segments().values().stream()
        .filter(found -> complete != found.segment().end().isAfter(pages.position()));
  }

  List<WalSegment> complete() {
    return segments(true).map(GeneratedSegment::segment).toList();
  }

  Optional<WalSegment> open() {
    return segments(false).map(GeneratedSegment::segment).findFirst();
  }

  void archiveInto(ArchiveStore archive, Predicate<WalSegment> wanted) throws IOException {
    if (!history.ancestors().isEmpty()) {
      archive.push(history.fileName(), ObjectSource.of(history.content()));
    }
    for (GeneratedSegment found : segments(true).toList()) {
      if (wanted.test(found.segment())) {
        archive.push(found.segment().fileName(), found);
      }
    }
  }

  void archivePartialInto(ArchiveStore archive) throws IOException {
    for (GeneratedSegment found : segments(false).toList()) {
      archive.push(new WalFileName.Partial(found.segment().fileName()), found);
    }
  }

  void writeInto(Path folder) throws IOException {
    if (!history.ancestors().isEmpty()) {
      Files.write(folder.resolve(history.fileName().toString()), history.content());
    }
    for (GeneratedSegment found : pages.segments().values()) {
      Path file = folder.resolve(found.segment().toString());
      try (OutputStream out = Files.newOutputStream(file)) {
        found.copyTo(out);
      }
    }
  }
}
