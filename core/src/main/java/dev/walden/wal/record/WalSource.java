package dev.walden.wal.record;

import dev.walden.wal.WalSegment;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Where a {@link WalReader} finds segments: an archive, a {@code pg_wal}, one file. */
@FunctionalInterface
public interface WalSource {

  /**
   * Opens a segment at its first byte. The reader closes what it got, and asks for a segment at
   * most twice: when it comes to it, and to see whether WAL goes on behind an invalid place.
   *
   * @return empty only if the segment is known to be absent
   * @throws IOException if that cannot be told, or the segment cannot be read
   */
  Optional<InputStream> open(WalSegment segment) throws IOException;
}
