package dev.walden.archive;

import dev.walden.CorruptFileException;
import dev.walden.UnsupportedFormatException;
import dev.walden.storage.ObjectSource;
import dev.walden.wal.WalSegment;
import dev.walden.wal.index.WalOutline;
import dev.walden.wal.index.WalOutliner;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A segment, or the beginning of one, that is to be archived; read once at most. For one thread.
 */
final class OfferedSegment {
  private static final Logger LOG = LoggerFactory.getLogger(OfferedSegment.class);

  private final WalSegment segment;
  private final ObjectSource source;
  private @Nullable WalOutline outline;
  private boolean invalid;

  OfferedSegment(WalSegment segment, ObjectSource source) {
    this.segment = segment;
    this.source = source;
  }

  OfferedSegment(WalOutline outline, ObjectSource source) {
    this(outline.firstSegment(), source);
    this.outline = outline;
  }

  WalSegment segment() {
    return segment;
  }

  /** What its records tell, if that is known without reading it once more. */
  Optional<WalOutline> known() {
    return Optional.ofNullable(outline);
  }

  /** What its records tell; empty if they cannot be read. */
  Optional<WalOutline> outline() throws IOException {
    if (outline == null && !invalid) {
      try {
        outline = read();
      } catch (CorruptFileException | UnsupportedFormatException e) {
        invalid = true;
        LOG.warn("{} is compared with no neighbour: {}", segment, e.getMessage());
      }
    }
    return Optional.ofNullable(outline);
  }

  /** What its records tell, or why they cannot be read. */
  WalOutline required() throws IOException {
    return outline == null ? read() : outline;
  }

  private WalOutline read() throws IOException {
    try (InputStream wal = source.open()) {
      return WalOutliner.outline(segment, wal);
    }
  }
}
