package dev.walden.archive;

import dev.walden.ArchiveException;
import dev.walden.archive.inventory.WalInventory;
import dev.walden.archive.inventory.WalTail;
import dev.walden.archive.objects.ArchiveLayout;
import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.util.Optional;

/**
 * What the operator can do where an archive holds the WAL of a copy of its server; for messages.
 */
final class ConflictAdvice {
  private final Contents contents;
  private final ArchiveLayout layout;

  /** Tells what is archived. */
  interface Contents {
    WalInventory inventory() throws IOException;
  }

  ConflictAdvice(Contents contents, ArchiveLayout layout) {
    this.contents = contents;
    this.layout = layout;
  }

  /**
   * Names the objects to remove.
   *
   * @param first the first segment that is not the server's
   */
  String text(WalSegment first) throws IOException {
    return "If the archived WAL is the copy's, remove "
        + layout.walFile(first.fileName())
        + "* and what follows it on timeline "
        + first.timeline()
        + following(first)
        + ", and with it "
        + layout.index(first.timeline())
        + ", a cache; then start again. See \"Another server's WAL\" in docs/operations.md";
  }

  private String following(WalSegment first) throws IOException {
    WalInventory wal;
    try {
      wal = contents.inventory();
    } catch (ArchiveException e) {
      return "";
    }
    Optional<WalSegment> last =
        wal.last(first.timeline()).filter(segment -> segment.number() >= first.number());
    Optional<WalSegment> begun =
        wal.tails().stream()
            .map(WalTail::segment)
            .filter(segment -> segment.timeline().equals(first.timeline()))
            .filter(segment -> segment.number() >= first.number())
            .reduce((one, other) -> other);
    Optional<WalSegment> end =
        begun.filter(tail -> last.isEmpty() || tail.number() > last.get().number()).or(() -> last);
    return end.map(
            segment ->
                segment.equals(first)
                    ? " (nothing does)"
                    : " (up to " + segment + ", " + (segment.number() - first.number()) + " more)")
        .orElse("");
  }
}
