package dev.walden.wal.record;

import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Where a {@link WalReader} finds segments: an archive, a {@code pg_wal}, one file. */
@FunctionalInterface
public interface WalSource {

  /**
   * Opens a segment at its first byte. The reader closes the stream, and opens a segment at most
   * twice: when it reaches it, and to see whether WAL continues after an invalid place.
   *
   * @return empty only if the segment is known to be absent
   * @throws IOException if that is unknown, or the segment cannot be read
   */
  Optional<InputStream> open(WalSegment segment) throws IOException;
}
